"""spec.activeDeadlineSeconds: measured from the assignment of the first training pod to a node, before which it holds no GPU."""

from __future__ import annotations

from datetime import timedelta

from detector_operator.api import FailureStatus
from detector_operator.reconcile.context import PolicyResult, ReconcileContext, failed_result
from detector_operator.reconcile.run_failure import TRY_AGAIN
from detector_trainer.contract import reasons


def policy(context: ReconcileContext) -> PolicyResult | None:
    """Fail the training when it is not complete within `activeDeadlineSeconds`."""
    seconds, start = context.spec.active_deadline_seconds, context.training.start_time
    if seconds is None or start is None or not context.timer.reached(start + timedelta(seconds=seconds)):
        return None
    step = context.training.step
    message = f"Not complete {seconds} s after its first pod was assigned to a node (spec.activeDeadlineSeconds)"
    return failed_result(
        FailureStatus(
            reason=reasons.DEADLINE_EXCEEDED,
            message=f"{message}, at step {step} of {context.spec.num_steps}." if step is not None else f"{message}.",
            hint=f"Raise spec.activeDeadlineSeconds, {TRY_AGAIN}: it resumes from its newest checkpoint.",
            step=step,
        )
    )
