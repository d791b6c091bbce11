"""Somebody deleted the Job or the pod."""

from __future__ import annotations

from detector_operator.observe.causes import job_condition
from detector_operator.observe.sight import Sight
from detector_operator.reconcile.runs import Why
from detector_trainer.contract import reasons


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
    """Whether the pod ended before it was deleted."""
    pod, ended = sight.pod, sight.end.ended if sight.end is not None else None
    return pod is not None and ended is not None and (pod.deleted is None or ended < pod.deleted)
