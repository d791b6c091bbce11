"""Detect an init container that failed without a termination message of ours."""

from __future__ import annotations

from detector_operator.observe.added_container import ADDED
from detector_operator.observe.manifests import OWN_CONTAINERS, text
from detector_operator.observe.observed_run import ObservedRun
from detector_operator.reconcile.runs import ConditionReason
from detector_trainer.contract import reasons


def cause(observed: ObservedRun) -> ConditionReason | None:
    """Report a failed init container, own or injected."""
    container = observed.end
    if container is None or not container.init:
        return None
    ended = container.terminated or {}
    reason = text(ended, "reason")
    detail = f" ({reason})" if reason not in ("", "Error") else ""
    return explain_init_failure(observed, container.name, f"{ended.get('exitCode')}{detail}")


def explain_init_failure(observed: ObservedRun, name: str, code: str) -> ConditionReason:
    """Explain the failure of an init container that is injected, or that left no termination message."""
    own = name in OWN_CONTAINERS[observed.kind]
    return ConditionReason(
        reasons.INIT_FAILED,
        f"Init container {name} ended with exit code {code}; {observed.kind.value} was not started.",
        "The last lines of its log are in logTail." if own else ADDED,
    )
