"""Detect a container that the container runtime could not start."""

from __future__ import annotations

from detector_operator.observe.manifests import text
from detector_operator.observe.observed_run import ObservedRun
from detector_operator.reconcile.runs import ConditionReason
from detector_trainer.contract import reasons

HINT = "The image must contain the command `detector-training`; a mount or the security context can also prevent the start."


def cause(observed: ObservedRun) -> ConditionReason | None:
    """Return the message of the runtime."""
    container = observed.end
    ended = container.terminated if container is not None else None
    if (
        container is None
        or not observed.is_own_container(container)
        or ended is None
        or ended.get("reason") not in ("StartError", "ContainerCannotRun")
    ):
        return None
    message = f"Container {container.name} could not be started: {text(ended, 'message')}"
    return ConditionReason(reasons.CONTAINER_CANNOT_START, message, HINT)
