"""Detect a container that the container runtime cannot create or start, and retries."""

from __future__ import annotations

from typing import Final

from detector_operator.observe.added_container import ADDED
from detector_operator.observe.causes.container_start_error import HINT
from detector_operator.observe.manifests import text
from detector_operator.observe.observed_run import ObservedRun
from detector_operator.reconcile.runs import ConditionReason
from detector_trainer.contract import reasons

REASONS: Final = ("CreateContainerError", "RunContainerError", "PreCreateHookError", "PreStartHookError", "PostStartHookError")


def wait(observed: ObservedRun) -> ConditionReason | None:
    """Return the message of the runtime."""
    for container in observed.waiting_containers:
        waiting = container.waiting or {}
        if waiting.get("reason") in REASONS:
            message = text(waiting, "message") or waiting["reason"]
            return ConditionReason(
                reasons.CONTAINER_CANNOT_START,
                f"Container {container.name} cannot be started: {message}",
                HINT if observed.is_own_container(container) else ADDED,
            )
    return None
