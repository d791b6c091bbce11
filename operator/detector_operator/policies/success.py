"""Report a training whose newest run ended with exit code 0."""

from __future__ import annotations

from detector_operator.api import Phase
from detector_operator.reconcile.context import PolicyResult, ReconcileContext
from detector_operator.reconcile.run_end import succeeded
from detector_operator.reconcile.runs import RunKind
from detector_trainer.contract import reasons


def policy(context: ReconcileContext) -> PolicyResult | None:
    """Succeed once the newest run exits with 0. Use the trainer's own message if there was nothing left to train."""
    run = context.newest(RunKind.TRAINING)
    if run is None or run.live or not succeeded(run):
        return None
    training = context.training
    if run.message is not None and run.message.reason == reasons.ALREADY_COMPLETE:
        return PolicyResult(phase=Phase.SUCCEEDED, reason=reasons.ALREADY_COMPLETE, message=run.message.message)
    step = training.step if training.step is not None else context.spec.num_steps
    loss = f", loss {training.loss:g}" if training.loss is not None else ""
    return PolicyResult(phase=Phase.SUCCEEDED, reason=reasons.COMPLETED, message=f"Trained to step {step}{loss}.")
