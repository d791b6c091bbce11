"""The newest training run failed, and is not started again."""

from __future__ import annotations

from detector_operator.api import Phase
from detector_operator.policies import stall
from detector_operator.policies.failure_reasons import failure_of
from detector_operator.policies.retries import Ending, ending
from detector_operator.reconcile.runs import RunKind
from detector_operator.reconcile.situation import Outcome, Situation
from detector_trainer.contract import reasons


def policy(situation: Situation) -> Outcome | None:
    """Failed, once `retries` has not granted another start: the end of the run is then not among those that are counted."""
    run = situation.newest(RunKind.TRAINING)
    if run is None or run.live or run.attempt <= (situation.training.counted or 0):
        return None
    stalled = run.stop_reason == reasons.TRAINING_STALLED
    failure = stall.failure_of(situation, run) if stalled else failure_of(run, situation.run_name(run))
    if ending(run) is Ending.MAY_PASS:
        restarts = situation.training.restarts
        times = "once" if restarts == 1 else f"{restarts} times"
        message = f"{failure.message} It was started again {times} (spec.retries)." if restarts else failure.message
        return Outcome(phase=Phase.FAILED, reason=reasons.RETRIES_EXHAUSTED, message=message, failure=failure)
    return Outcome(phase=Phase.FAILED, reason=failure.reason, message=failure.message, failure=failure)
