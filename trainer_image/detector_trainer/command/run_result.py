"""The result of a run: the exit code and the termination message."""

from __future__ import annotations

import sys
import traceback
from dataclasses import dataclass, field

from detector_trainer.contract import ExitCode, TerminationMessage, reasons
from detector_trainer.contract.shortened import shortened
from detector_trainer.failures import classify


@dataclass
class TrainingState:
    """Progress of the training: updated while it trains, read when it ends, by the thread that ends it."""

    step: int | None = None
    """Last completed step; None before the first graph call or restore."""
    total_steps: int | None = None
    checkpoint: str | None = None
    """Prefix of the newest complete checkpoint."""
    checkpoint_step: int | None = None
    steps_this_run: int = 0


@dataclass(frozen=True)
class RunResult:
    """An exit code and what the termination message contains."""

    code: ExitCode
    reason: str
    message: str
    hint: str = ""
    traceback: str = ""
    state: TrainingState = field(default_factory=TrainingState)

    def termination_message(self) -> TerminationMessage:
        """Return the message that the container leaves behind."""
        return TerminationMessage(
            reason=self.reason,
            message=self.message,
            hint=self.hint,
            step=self.state.step,
            last_checkpoint=self.state.checkpoint,
            last_checkpoint_step=self.state.checkpoint_step,
            traceback=self.traceback,
        )

    def report(self, path: str | None) -> None:
        """Write the termination message to a path (None: no file), and the same to stderr."""
        if path:
            try:
                self.termination_message().write(path)
            except OSError as error:
                sys.stderr.write(f"detector-training: cannot write the termination message to {path}: {error.strerror}\n")
        if self.traceback:
            sys.stderr.write(f"{self.traceback.rstrip()}\n")
        sys.stderr.write(f"detector-training: {self.reason}: {self.message}\n")
        if self.hint:
            sys.stderr.write(f"detector-training: {self.hint}\n")
        sys.stderr.flush()


class RunTerminated(Exception):
    """Terminates the run from within train_loop, on purpose."""

    def __init__(self, code: ExitCode, reason: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code, self.reason, self.message, self.hint = code, reason, message, hint

    def result(self, state: TrainingState) -> RunResult:
        """Return the result of the run that it terminates."""
        return RunResult(self.code, self.reason, self.message, self.hint, state=state)


def of_exception(error: BaseException, state: TrainingState) -> RunResult:
    """Return the result of a run that ended with an exception: classified if its text is known, otherwise CRASH."""
    text = "".join(traceback.format_exception(error))
    failure = classify(text)
    if failure is None:
        return RunResult(
            ExitCode.CRASH,
            reasons.UNCLASSIFIED,
            f"The trainer failed{_at(state)}: {type(error).__name__}: {_first_lines(str(error))}",
            "See the traceback. `detector-training diagnose LOG` searches the whole log.",
            text,
            state,
        )
    return RunResult(failure.exit_code, failure.reason, f"{failure.message}{_where(state)}", failure.hint, text, state)


def _at(state: TrainingState) -> str:
    return f" at step {state.step}" if state.steps_this_run else " before its first step"


def _where(state: TrainingState) -> str:
    return f" (step {state.step})" if state.steps_this_run else ""


def _first_lines(text: str, most: int = 400) -> str:
    return shortened(" ".join(text.split()), most)
