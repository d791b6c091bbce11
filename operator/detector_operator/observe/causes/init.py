"""An init container failed, and left no words of its own."""

from __future__ import annotations

from detector_operator.observe.manifests import OURS, text
from detector_operator.observe.sight import Sight
from detector_operator.observe.waits.added_container import ADDED
from detector_operator.reconcile.runs import Why
from detector_trainer.contract import reasons


def cause(sight: Sight) -> Why | None:
    """One of ours or one that was added to the pod; the last lines of its log are kept."""
    container = sight.end
    if container is None or not container.init:
        return None
    ended = container.terminated or {}
    reason = text(ended, "reason")
    detail = f" ({reason})" if reason not in ("", "Error") else ""
    return failed(sight, container.name, f"{ended.get('exitCode')}{detail}")


def failed(sight: Sight, name: str, code: str) -> Why:
    """Return the cause where an init container failed that is not ours, or left no message."""
    ours = name in OURS[sight.kind]
    return Why(
        reasons.INIT_FAILED,
        f"Init container {name} ended with exit code {code}; {sight.kind.value} was not started.",
        "The last lines of its log are in logTail." if ours else ADDED,
    )
