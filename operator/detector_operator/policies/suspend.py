"""spec.suspend: stop after a checkpoint, start nothing."""

from __future__ import annotations

from detector_operator.api import Phase
from detector_operator.reconcile.situation import Outcome, Situation
from detector_trainer.contract import reasons


def policy(situation: Situation) -> Outcome | None:
    """Stop everything. The deadline starts again when the training resumes, as that of a Job does."""
    if not situation.spec.suspend:
        return None
    training = situation.training.model_copy(update={"start_time": None, "seconds_remaining": None})
    return Outcome(
        phase=Phase.SUSPENDED,
        reason=reasons.SUSPENDED,
        message=_message(situation),
        actions=situation.stop_all(reasons.SUSPENDED),
        training=training,
    )


def _message(situation: Situation) -> str:
    if situation.live_runs:
        return situation.waiting_to_stop(situation.live_runs)
    training = situation.training
    if training.step is None:
        return "Suspended before the first step."
    saved = training.last_checkpoint_step
    resumes = f"it resumes from the checkpoint at step {saved}" if saved is not None else "no checkpoint was saved yet"
    return f"Suspended at step {training.step}; {resumes}."
