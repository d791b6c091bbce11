"""Which endings of a training run are tried again, and which of these are counted."""

from __future__ import annotations

from enum import Enum, auto
from signal import SIGTERM
from typing import Final

from detector_operator.api import Spec, TrainingStatus
from detector_operator.reconcile.runs import Run
from detector_trainer.contract import ExitCode, reasons


class Ending(Enum):
    """How a run ended."""

    DONE = auto()
    INTERRUPTED = auto()
    """Nobody's mistake: asked to stop, preempted, its node gone. Started again and not counted."""
    MAY_PASS = auto()
    """Started again, at most spec.retries times."""
    FINAL = auto()
    """Starting again would end the same."""


FINAL_CODES = (ExitCode.USAGE, ExitCode.DATA, ExitCode.ENVIRONMENT)

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


def ending(run: Run) -> Ending:
    """How a run that is no longer live ended."""
    if run.exit_code == ExitCode.DONE:
        return Ending.DONE
    # Killed for its stall: the status that said so may never have been written.
    if run.exit_code in FINAL_CODES or run.stop_reason == reasons.TRAINING_STALLED:
        return Ending.FINAL
    if run.stop_reason is not None or run.exit_code == ExitCode.STOPPED:
        return Ending.INTERRUPTED
    if run.cause is not None:
        return Ending.INTERRUPTED if run.cause.reason in INTERRUPTIONS else Ending.MAY_PASS
    gone = run.exit_code is None and run.signal is None
    # Killed by SIGTERM: the stop came before the trainer was able to answer it.
    return Ending.INTERRUPTED if gone or run.signal == SIGTERM else Ending.MAY_PASS


def grant(run: Run, training: TrainingStatus, spec: Spec) -> TrainingStatus | None:
    """The status with the end of this run counted, if it is to be started again; None if not."""
    match ending(run):
        case Ending.INTERRUPTED:
            update: dict[str, int | None] = {"counted": run.attempt}
            return training.model_copy(update=update | (_preempted(training) if run.stop_reason is None else {}))
        case Ending.MAY_PASS if training.restarts < spec.retries:
            return training.model_copy(update={"counted": run.attempt, "restarts": training.restarts + 1})
        case _:
            return None


def _preempted(training: TrainingStatus) -> dict[str, int | None]:
    """One preemption more. A step that was only done once more is no progress."""
    reached, before = training.step, training.preempted_at_step
    further = reached is not None and (before is None or reached > before)
    return {
        "preemptions": training.preemptions + 1,
        "preemptions_in_a_row": 1 if further else (training.preemptions_in_a_row or 0) + 1,
        "preempted_at_step": reached if further else before,
    }
