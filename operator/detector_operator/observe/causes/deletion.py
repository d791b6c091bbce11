"""Somebody deleted the Job or the pod."""

from __future__ import annotations

from signal import SIGKILL, SIGTERM
from typing import Final

from detector_operator.observe.causes import job_condition
from detector_operator.observe.sight import Sight
from detector_operator.reconcile.runs import Why
from detector_trainer.contract import ExitCode, reasons

BY_DELETION: Final = (ExitCode.STOPPED, 128 + SIGTERM, 128 + SIGKILL)


def cause(sight: Sight) -> Why | None:
    """Unless it was the operator, or it ended of its own before that."""
    if sight.stopped_by_us:
        return None
    if sight.job is None or sight.job.deleted is not None:
        why = Why(reasons.JOB_DELETED, f"Job {sight.name} was deleted.", "To stop a training, set spec.suspend.")
        return why if not _ended_before(sight) else None
    if sight.pod is None:
        told = job_condition.exit_code(sight) is not None
        return None if told else Why(reasons.POD_DELETED, f"The pod of {sight.name} was deleted before anyone saw how it ended.")
    if sight.pod.deleted is None or _ended_before(sight):
        return None
    return Why(reasons.POD_DELETED, f"{sight.pod.name} was deleted.", "To stop a training, set spec.suspend.")


def _ended_before(sight: Sight) -> bool:
    """Return whether the pod ended by itself, and was deleted later.

    The clock of its node does not tell: it may be wrong. A pod that is deleted while it runs ends by a signal, or saves a
    checkpoint and ends with the code for that; every other end is its own.
    """
    ended = sight.end.terminated if sight.end is not None else None
    return ended is not None and ended.get("exitCode") not in BY_DELETION
