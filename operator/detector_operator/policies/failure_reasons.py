"""What a failed run is called: its own words where it left some, else what the cluster or its exit code says."""

from __future__ import annotations

import signal
from typing import Final

from detector_operator.api import FailureStatus
from detector_operator.reconcile.runs import Run
from detector_operator.reconcile.situation import at_step
from detector_trainer.contract import ExitCode, reasons

# A message with one of these was written before something else went wrong.
ENDED_WELL: Final = (reasons.COMPLETED, reasons.ALREADY_COMPLETE, reasons.STOPPED, reasons.VALIDATION_PASSED)

BY_EXIT_CODE: Final[dict[int, tuple[str, str]]] = {
    ExitCode.USAGE: (reasons.USAGE, "refused its flags"),
    ExitCode.DATA: (reasons.DATA_ERROR, "cannot be trained on its inputs"),
    ExitCode.STORAGE: (reasons.STORAGE_ERROR, "could not read or write its files"),
    ExitCode.STOPPED: (reasons.STOPPED, "was stopped"),
    ExitCode.ENVIRONMENT: (reasons.ENVIRONMENT_UNUSABLE, "found nothing it can train on"),
}

LOOK_AT_LOG: Final = "The last lines of its log are in logTail; `detector-training diagnose LOG` may know the cause."
TRY_AGAIN: Final = "then set the annotation detector-training.io/retry to a new value"

BY_SIGNAL: Final[dict[int, str]] = {
    signal.SIGKILL: "Mostly the kernel, for want of memory: give it more, or make train_config.batch_size smaller.",
    signal.SIGSEGV: "A crash in native code: `detector-training doctor` tells whether the versions fit together.",
    signal.SIGABRT: "A crash in native code; the last lines of its log are in logTail.",
    signal.SIGILL: "This TensorFlow uses instructions that this CPU does not have: train on another node or with another build.",
    signal.SIGBUS: "Mostly a full /dev/shm or a file that was cut while it was read.",
}


def failure_of(run: Run, name: str) -> FailureStatus:
    """The failure that a run ended with."""
    reason, message, hint = _words(run, name)
    tail = list(run.log_tail) if reason in (reasons.UNCLASSIFIED, reasons.KILLED_BY_SIGNAL) or run.message is None else []
    return FailureStatus(
        reason=reason,
        message=message,
        hint=hint or None,
        pod=run.pod,
        container=run.container,
        node=run.node,
        exit_code=run.exit_code,
        signal=run.signal,
        step=run.step,
        log_tail=tail,
    )


def _words(run: Run, name: str) -> tuple[str, str, str]:
    """Reason, message, hint."""
    if run.message is not None and run.message.reason not in ENDED_WELL:
        return run.message.reason, run.message.message, run.message.hint
    if run.cause is not None:
        return run.cause.reason, run.cause.message, run.cause.hint
    if run.signal is not None:
        called = signal.Signals(run.signal).name if run.signal in set(signal.Signals) else f"signal {run.signal}"
        return reasons.KILLED_BY_SIGNAL, f"{name} was killed by {called}{at_step(run)}.", BY_SIGNAL.get(run.signal, LOOK_AT_LOG)
    if run.exit_code is None:
        return reasons.INTERRUPTED, f"{name} went away{at_step(run)} without leaving a word.", ""
    if run.exit_code in BY_EXIT_CODE:
        reason, what = BY_EXIT_CODE[run.exit_code]
        return reason, f"{name} {what}{at_step(run)} (exit code {run.exit_code}).", LOOK_AT_LOG
    return reasons.UNCLASSIFIED, f"{name} ended with exit code {run.exit_code}{at_step(run)}.", LOOK_AT_LOG
