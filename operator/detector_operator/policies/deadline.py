"""spec.activeDeadlineSeconds, counted from the assignment of the first training pod to a node: before, it holds no GPU."""

from __future__ import annotations

from datetime import timedelta

from detector_operator.api import FailureStatus, Phase
from detector_operator.policies.failure_reasons import TRY_AGAIN
from detector_operator.reconcile.situation import Outcome, Situation
from detector_trainer.contract import reasons


def policy(situation: Situation) -> Outcome | None:
    """Fail the training once it is over."""
    seconds, start = situation.spec.active_deadline_seconds, situation.training.start_time
    if seconds is None or start is None or not situation.timer.reached(start + timedelta(seconds=seconds)):
        return None
    step = situation.training.step
    message = f"Not complete {seconds} s after its first pod was assigned to a node (spec.activeDeadlineSeconds)"
    failure = FailureStatus(
        reason=reasons.DEADLINE_EXCEEDED,
        message=f"{message}, at step {step} of {situation.spec.num_steps}." if step is not None else f"{message}.",
        hint=f"Raise spec.activeDeadlineSeconds, {TRY_AGAIN}: it resumes from its newest checkpoint.",
        step=step,
    )
    return Outcome(phase=Phase.FAILED, reason=failure.reason, message=failure.message, failure=failure)
