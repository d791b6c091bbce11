"""How a run ended: which ends are followed by another run, and which of these are counted."""

from __future__ import annotations

from signal import SIGTERM
from typing import Final

from detector_operator.api import RunEnd, Spec, TrainingStatus
from detector_operator.reconcile.runs import Run
from detector_trainer.contract import ExitCode, reasons

FINAL_CODES: Final = (ExitCode.USAGE, ExitCode.DATA, ExitCode.ENVIRONMENT)
# With these `validate` reports that it was started wrongly or has a bug: a second time would be the same.
FINAL_CODES_OF_VALIDATION: Final = (0, 1, 2)

# What others have done to it. The exit code then tells how it took that, not what went wrong.
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


def end_of_training(run: Run) -> RunEnd:
    """Classify the end of a training run that did not succeed."""
    # Killed for its stall: the status that reported it may never have been written.
    if run.exit_code in FINAL_CODES or run.stop_reason == reasons.TRAINING_STALLED:
        return RunEnd.FINAL
    if run.stop_reason == reasons.START_TIMED_OUT:
        return RunEnd.FAILED
    if run.stop_reason is not None:
        return RunEnd.STOPPED
    return _by_itself(run)


def end_of_validation(run: Run) -> RunEnd:
    """Classify the end of a validation that produced no verdict."""
    if run.stop_reason is not None:
        return RunEnd.TIMED_OUT if run.stop_reason == reasons.VALIDATION_TIMED_OUT else RunEnd.STOPPED
    if run.exit_code in FINAL_CODES_OF_VALIDATION:
        return RunEnd.FINAL
    return _by_itself(run)


def _by_itself(run: Run) -> RunEnd:
    if run.exit_code == ExitCode.STOPPED:
        return RunEnd.INTERRUPTED
    if run.message is not None and run.message.reason == reasons.MODEL_DIR_IN_USE:
        return RunEnd.BLOCKED
    if run.cause is not None:
        return RunEnd.INTERRUPTED if run.cause.reason in INTERRUPTIONS else RunEnd.FAILED
    gone = run.exit_code is None and run.signal is None
    # Killed by SIGTERM: the stop came before the trainer was able to answer it.
    return RunEnd.INTERRUPTED if gone or run.signal == SIGTERM else RunEnd.FAILED


def grant(run: Run, training: TrainingStatus, spec: Spec) -> TrainingStatus | None:
    """Return the status with the end of this run counted, if another one follows; None if not."""
    if succeeded(run):
        return None
    end = end_of_training(run)
    update: dict[str, object] = {"counted": run.attempt, "end": end}
    match end:
        case RunEnd.STOPPED:
            return training.model_copy(update=update)
        case RunEnd.INTERRUPTED:
            return training.model_copy(update=update | _preempted(training))
        case RunEnd.BLOCKED:
            in_a_row = (training.preemptions_in_a_row or 0) + 1
            return training.model_copy(update=update | {"preemptions_in_a_row": in_a_row, "blocked_by": _holder(run)})
        case RunEnd.FAILED if training.restarts < spec.retries:
            return training.model_copy(update=update | {"restarts": training.restarts + 1})
        case _:
            return None


def _holder(run: Run) -> str | None:
    return f"{run.message.message} {run.message.hint}".strip() if run.message is not None else None


def _preempted(training: TrainingStatus) -> dict[str, int | None]:
    """Count one preemption more. A step that was only done once more is not progress."""
    reached, before = training.step, training.preempted_at_step
    further = reached is not None and (before is None or reached > before)
    return {
        "preemptions": training.preemptions + 1,
        "preemptions_in_a_row": 1 if further else (training.preemptions_in_a_row or 0) + 1,
        "preempted_at_step": reached if further else before,
    }
