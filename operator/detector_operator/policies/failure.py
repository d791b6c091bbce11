"""The newest training run failed, and is not started again."""

from __future__ import annotations

from detector_operator.api import FailureStatus, Phase, RunEnd
from detector_operator.policies import stall
from detector_operator.policies.failure_reasons import failure_of
from detector_operator.policies.retries import end_of_training, succeeded
from detector_operator.reconcile.runs import Run, RunKind
from detector_operator.reconcile.situation import Outcome, Situation
from detector_trainer.contract import reasons


def policy(situation: Situation) -> Outcome | None:
    """Failed, once `retries` has not granted another start: the end of the run is then not among those that are counted."""
    run = situation.newest(RunKind.TRAINING)
    if run is None or run.live or succeeded(run) or run.attempt <= (situation.training.counted or 0):
        return None
    failure = _failure(situation, run)
    if end_of_training(run) is RunEnd.FAILED:
        restarts = situation.training.restarts
        times = "once" if restarts == 1 else f"{restarts} times"
        message = f"{failure.message} It was restarted {times} (spec.retries)." if restarts else failure.message
        return Outcome(phase=Phase.FAILED, reason=reasons.RETRIES_EXHAUSTED, message=message, failure=failure)
    return Outcome(phase=Phase.FAILED, reason=failure.reason, message=failure.message, failure=failure)


def _failure(situation: Situation, run: Run) -> FailureStatus:
    known = situation.status.failure
    if run.stop_reason == reasons.TRAINING_STALLED:
        return stall.failure_of(situation, run)
    if known is not None and known.reason == run.stop_reason and end_of_training(run) is RunEnd.FAILED:
        return known  # recorded when it was stopped
    return failure_of(run, situation.run_name(run))
