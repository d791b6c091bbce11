"""spec.retries: fail the training when its newest run failed and no other run follows."""

from __future__ import annotations

from detector_operator.api import FailureStatus, Phase, RetryClass
from detector_operator.policies import stall
from detector_operator.reconcile.context import PolicyResult, ReconcileContext, failed_result
from detector_operator.reconcile.run_end import classify_training, succeeded
from detector_operator.reconcile.run_failure import failure_of
from detector_operator.reconcile.runs import Run, RunKind
from detector_trainer.contract import reasons


def policy(context: ReconcileContext) -> PolicyResult | None:
    """Fail the training if the end of its newest run was not counted: `count_end` then allows no other run."""
    run = context.newest(RunKind.TRAINING)
    if run is None or run.live or succeeded(run) or run.attempt <= (context.training.counted or 0):
        return None
    failure = _failure(context, run)
    if classify_training(run) is RetryClass.FAILED:
        restarts = context.training.restarts
        times = "once" if restarts == 1 else f"{restarts} times"
        message = f"{failure.message} It was restarted {times} (spec.retries)." if restarts else failure.message
        return PolicyResult(phase=Phase.FAILED, reason=reasons.RETRIES_EXHAUSTED, message=message, failure=failure)
    return failed_result(failure)


def _failure(context: ReconcileContext, run: Run) -> FailureStatus:
    known = context.status.failure
    if run.stop_reason == reasons.TRAINING_STALLED:
        return stall.failure_of(context, run)
    if known is not None and known.reason == run.stop_reason and classify_training(run) is RetryClass.FAILED:
        return known  # recorded when the run was stopped
    return failure_of(run, context.run_name(run))
