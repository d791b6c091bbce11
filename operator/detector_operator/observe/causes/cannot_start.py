"""The container runtime could not start the container."""

from __future__ import annotations

from detector_operator.observe.manifests import text
from detector_operator.observe.sight import Sight
from detector_operator.reconcile.runs import Why
from detector_trainer.contract import reasons

HINT = "The image has to have the command `detector-training`; a mount or the security context can be in its way too."


def cause(sight: Sight) -> Why | None:
    """In the runtime's words."""
    container = sight.end
    ended = container.terminated if container is not None else None
    if (
        container is None
        or not sight.is_ours(container)
        or ended is None
        or ended.get("reason") not in ("StartError", "ContainerCannotRun")
    ):
        return None
    told = text(ended, "message")
    return Why(reasons.CONTAINER_CANNOT_START, f"Container {container.name} could not be started: {told}", HINT)
