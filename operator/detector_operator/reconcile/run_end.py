"""Classify how a run ended: which ends are followed by another run, and which of these count as a failure."""

from __future__ import annotations

from signal import SIGTERM
from typing import Final

from detector_operator.api import RetryClass, Spec, TrainingStatus
from detector_operator.reconcile.runs import Run
from detector_trainer.contract import ExitCode, reasons

FINAL_CODES: Final = (ExitCode.USAGE, ExitCode.DATA, ExitCode.ENVIRONMENT)
# `validate` exits with these when its flags are wrong or it has a bug: a retry would end the same.
FINAL_CODES_OF_VALIDATION: Final = (0, 1, 2)

# External interruptions. The exit code then shows how the trainer reacted, not what went wrong.
INTERRUPTIONS: Final = frozenset(
    {
        reasons.EVICTED,
        reasons.INTERRUPTED,
        reasons.JOB_DELETED,
        reasons.NODE_LOST,
        reasons.NODE_REFUSED_POD,
        reasons.NODE_SHUT_DOWN,
        reasons.POD_DELETED,
        reasons.PREEMPTED,
    }
)


def succeeded(run: Run) -> bool:
    """Return whether a run that is no longer live ended with exit code 0."""
    return run.exit_code == ExitCode.DONE


def classify_training(run: Run) -> RetryClass:
    """Classify the end of a training run that did not succeed."""
    # Killed because of a stall: the status that reported it may never have been written.
    if run.exit_code in FINAL_CODES or run.stop_reason == reasons.TRAINING_STALLED:
        return RetryClass.FINAL
    if run.stop_reason == reasons.START_TIMED_OUT:
        return RetryClass.FAILED
    if run.stop_reason is not None:
        return RetryClass.STOPPED
    return _classify_unstopped(run)


def classify_validation(run: Run) -> RetryClass:
    """Classify the end of a validation that produced no verdict."""
    if run.stop_reason is not None:
        return RetryClass.TIMED_OUT if run.stop_reason == reasons.VALIDATION_TIMED_OUT else RetryClass.STOPPED
    if run.exit_code in FINAL_CODES_OF_VALIDATION:
        return RetryClass.FINAL
    return _classify_unstopped(run)


def _classify_unstopped(run: Run) -> RetryClass:
    if run.exit_code == ExitCode.STOPPED:
        return RetryClass.INTERRUPTED
    if run.message is not None and run.message.reason == reasons.MODEL_DIR_IN_USE:
        return RetryClass.BLOCKED
    if run.cause is not None:
        return RetryClass.INTERRUPTED if run.cause.reason in INTERRUPTIONS else RetryClass.FAILED
    end_unknown = run.exit_code is None and run.signal is None
    # Killed by SIGTERM: the signal came before the trainer had installed its handler.
    return RetryClass.INTERRUPTED if end_unknown or run.signal == SIGTERM else RetryClass.FAILED


def count_end(run: Run, training: TrainingStatus, spec: Spec) -> TrainingStatus | None:
    """Return the status with the end of this run counted, if another run follows; None if none follows."""
    if succeeded(run):
        return None
    end = classify_training(run)
    update: dict[str, object] = {"counted": run.attempt, "end": end}
    match end:
        case RetryClass.STOPPED:
            return training.model_copy(update=update)
        case RetryClass.INTERRUPTED:
            return training.model_copy(update=update | _count_preemption(training))
        case RetryClass.BLOCKED:
            in_a_row = (training.preemptions_in_a_row or 0) + 1
            return training.model_copy(update=update | {"preemptions_in_a_row": in_a_row, "blocked_by": _blocker(run)})
        case RetryClass.FAILED if training.restarts < spec.retries:
            return training.model_copy(update=update | {"restarts": training.restarts + 1})
        case _:
            return None


def _blocker(run: Run) -> str | None:
    return f"{run.message.message} {run.message.hint}".strip() if run.message is not None else None


def _count_preemption(training: TrainingStatus) -> dict[str, int | None]:
    """Count one more preemption. A step that was only repeated is not progress."""
    reached, before = training.step, training.preempted_at_step
    further = reached is not None and (before is None or reached > before)
    return {
        "preemptions": training.preemptions + 1,
        "preemptions_in_a_row": 1 if further else (training.preemptions_in_a_row or 0) + 1,
        "preempted_at_step": reached if further else before,
    }
