"""Detect that a user or another controller deleted the Job or the pod."""

from __future__ import annotations

from signal import SIGKILL, SIGTERM
from typing import Final

from detector_operator.observe.causes import job_condition
from detector_operator.observe.observed_run import ObservedRun
from detector_operator.reconcile.runs import ConditionReason
from detector_trainer.contract import ExitCode, reasons

BY_DELETION: Final = (ExitCode.STOPPED, 128 + SIGTERM, 128 + SIGKILL)
HINT: Final = "To stop a training, set spec.suspend."


def cause(observed: ObservedRun) -> ConditionReason | None:
    """Report the deletion, unless the operator requested it or the run had ended before."""
    if observed.stopped_by_operator:
        return None
    if observed.job is None or observed.job.deleted is not None:
        deleted = ConditionReason(reasons.JOB_DELETED, f"Job {observed.name} was deleted.", HINT)
        return deleted if not _ended_before(observed) else None
    if observed.pod is None:
        if job_condition.exit_code(observed) is not None:
            return None
        message = f"The pod of {observed.name} was deleted before its exit status was observed."
        return ConditionReason(reasons.POD_DELETED, message)
    if observed.pod.deleted is None or _ended_before(observed):
        return None
    return ConditionReason(reasons.POD_DELETED, f"{observed.pod.name} was deleted.", HINT)


def _ended_before(observed: ObservedRun) -> bool:
    """Return whether the pod ended by itself, and was deleted later.

    Timestamps do not count: the clock of the node may be wrong. A pod that is deleted while it runs ends by a signal, or saves a
    checkpoint and exits with the code for that; any other end is its own.
    """
    ended = observed.end.terminated if observed.end is not None else None
    return ended is not None and ended.get("exitCode") not in BY_DELETION
