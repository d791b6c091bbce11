"""spec.suspend: stop after a checkpoint, and start nothing."""

from __future__ import annotations

from detector_operator.api import Phase
from detector_operator.reconcile.context import PolicyResult, ReconcileContext
from detector_trainer.contract import reasons


def policy(context: ReconcileContext) -> PolicyResult | None:
    """Stop all runs. The deadline restarts when the training resumes, like that of a Job."""
    if not context.spec.suspend:
        return None
    training = context.training.model_copy(update={"start_time": None, "seconds_remaining": None})
    return PolicyResult(
        phase=Phase.SUSPENDED,
        reason=reasons.SUSPENDED,
        message=_message(context),
        actions=context.stop_all(reasons.SUSPENDED),
        training=training,
    )


def _message(context: ReconcileContext) -> str:
    if context.live_runs:
        return context.stop_message(context.live_runs)
    training = context.training
    if training.step is None:
        return "Suspended before the first step."
    saved = training.last_checkpoint_step
    resumes = f"it resumes from the checkpoint at step {saved}" if saved is not None else "no checkpoint was saved yet"
    return f"Suspended at step {training.step}; {resumes}."
