"""spec.activeDeadlineSeconds, counted from the start of the first training run."""

from __future__ import annotations

from datetime import datetime, timedelta

from detector_operator.api import FailureStatus, Phase
from detector_operator.reconcile.situation import Outcome, Situation
from detector_trainer.contract import reasons


def due(situation: Situation) -> datetime | None:
    """When the deadline is over."""
    seconds, start = situation.spec.active_deadline_seconds, situation.training.start_time
    return start + timedelta(seconds=seconds) if seconds is not None and start is not None else None


def policy(situation: Situation) -> Outcome | None:
    """Failed once it is over."""
    end = due(situation)
    if end is None or situation.now < end:
        return None
    step = situation.training.step
    message = f"Not done {situation.spec.active_deadline_seconds} s after its start (spec.activeDeadlineSeconds)"
    failure = FailureStatus(
        reason=reasons.DEADLINE_EXCEEDED,
        message=f"{message}, at step {step} of {situation.spec.num_steps}." if step is not None else f"{message}.",
        hint="Raise spec.activeDeadlineSeconds; the training then goes on from its newest checkpoint.",
        step=step,
    )
    return Outcome(phase=Phase.FAILED, reason=failure.reason, message=failure.message, failure=failure)
