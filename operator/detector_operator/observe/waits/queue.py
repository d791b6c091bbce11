"""A suspended Job: a queue such as Kueue has not admitted it, or has taken its place away."""

from __future__ import annotations

from detector_operator.observe.sight import Sight
from detector_operator.reconcile.runs import Why
from detector_trainer.contract import reasons


def wait(sight: Sight) -> Why | None:
    """Until whoever has suspended it resumes it."""
    if sight.job is None or not sight.job.suspended or sight.stopped_by_us:
        return None
    return Why(
        reasons.JOB_SUSPENDED,
        f"Job {sight.name} is suspended: its queue has not admitted it.",
        f"`kubectl describe job {sight.name}` tells what its queue says.",
    )
