"""An init container failed, and left no words of its own."""

from __future__ import annotations

from detector_operator.observe.sight import Sight
from detector_operator.reconcile.runs import Why
from detector_trainer.contract import reasons


def cause(sight: Sight) -> Why | None:
    """One of ours or one that was added to the pod; the last lines of its log are kept."""
    container = sight.end
    if container is None or not container.init:
        return None
    code = (container.terminated or {}).get("exitCode")
    return Why(
        reasons.INIT_FAILED,
        f"Init container {container.name} ended with exit code {code}; {sight.kind.value} was not started.",
        "The last lines of its log are in logTail.",
    )
