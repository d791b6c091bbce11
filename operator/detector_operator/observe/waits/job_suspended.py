"""Detect a suspended Job: a queue controller such as Kueue has not admitted it, or has preempted it."""

from __future__ import annotations

from detector_operator.observe.observed_run import ObservedRun
from detector_operator.reconcile.runs import ConditionReason
from detector_trainer.contract import reasons


def wait(observed: ObservedRun) -> ConditionReason | None:
    """Report the suspension, until the controller that suspended the Job resumes it."""
    if observed.job is None or not observed.job.suspended or observed.stopped_by_operator:
        return None
    return ConditionReason(
        reasons.JOB_SUSPENDED,
        f"Job {observed.name} is suspended: its queue has not admitted it.",
        f"`kubectl describe job {observed.name}` shows the events of its queue.",
    )
