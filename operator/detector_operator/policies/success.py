"""The newest training run ended with exit code 0."""

from __future__ import annotations

from detector_operator.api import Phase
from detector_operator.policies.retries import succeeded
from detector_operator.reconcile.runs import RunKind
from detector_operator.reconcile.situation import Outcome, Situation
from detector_trainer.contract import reasons


def policy(situation: Situation) -> Outcome | None:
    """Succeeded, in the trainer's own words where it left some: there may have been nothing to do."""
    run = situation.newest(RunKind.TRAINING)
    if run is None or run.live or not succeeded(run):
        return None
    training = situation.training
    if run.message is not None and run.message.reason == reasons.ALREADY_COMPLETE:
        return Outcome(phase=Phase.SUCCEEDED, reason=reasons.ALREADY_COMPLETE, message=run.message.message)
    step = training.step if training.step is not None else situation.spec.num_steps
    loss = f", loss {training.loss:g}" if training.loss is not None else ""
    return Outcome(phase=Phase.SUCCEEDED, reason=reasons.COMPLETED, message=f"Trained to step {step}{loss}.")
