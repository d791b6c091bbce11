"""The container runtime cannot make or start a container, and tries again."""

from __future__ import annotations

from typing import Final

from detector_operator.observe.causes.cannot_start import HINT
from detector_operator.observe.manifests import text
from detector_operator.observe.sight import Sight
from detector_operator.observe.waits.added_container import ADDED
from detector_operator.reconcile.runs import Why
from detector_trainer.contract import reasons

REASONS: Final = ("CreateContainerError", "RunContainerError", "PreCreateHookError", "PreStartHookError", "PostStartHookError")


def wait(sight: Sight) -> Why | None:
    """In the runtime's words."""
    for container in sight.waiting_containers:
        waiting = container.waiting or {}
        if waiting.get("reason") in REASONS:
            told = text(waiting, "message") or waiting["reason"]
            return Why(
                reasons.CONTAINER_CANNOT_START,
                f"Container {container.name} cannot be started: {told}",
                HINT if sight.is_ours(container) else ADDED,
            )
    return None
