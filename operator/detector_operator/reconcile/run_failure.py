"""Describe why a run failed: by its termination message if it left one, else by what the cluster reports or by its exit code."""

from __future__ import annotations

import signal
from typing import Final

from detector_operator.api import FailureStatus
from detector_operator.reconcile.runs import Run
from detector_trainer.contract import ExitCode, reasons

# A termination message with one of these was written before something else went wrong.
NOT_A_FAILURE: Final = (reasons.COMPLETED, reasons.ALREADY_COMPLETE, reasons.STOPPED, reasons.VALIDATION_PASSED)

BY_EXIT_CODE: Final[dict[int, tuple[str, str]]] = {
    ExitCode.USAGE: (reasons.USAGE, "rejected its flags"),
    ExitCode.DATA: (reasons.DATA_ERROR, "cannot train on its inputs"),
    ExitCode.STORAGE: (reasons.STORAGE_ERROR, "could not read or write its files"),
    ExitCode.STOPPED: (reasons.STOPPED, "was stopped"),
    ExitCode.ENVIRONMENT: (reasons.ENVIRONMENT_UNUSABLE, "failed: the environment cannot run the trainer"),
}

SEE_LOG: Final = "The last lines of its log are in logTail; `detector-training diagnose LOG` may know the cause."
TRY_AGAIN: Final = "then set the annotation detector-training.io/retry to a new value"

BY_SIGNAL: Final[dict[int, str]] = {
    signal.SIGKILL: "Usually the kernel OOM killer: raise the memory limit, or lower train_config.batch_size.",
    signal.SIGSEGV: "A crash in native code: `detector-training doctor` checks whether the installed versions are compatible.",
    signal.SIGABRT: "A crash in native code; the last lines of its log are in logTail.",
    signal.SIGILL: "This TensorFlow build uses instructions that this CPU does not have: use another node or another build.",
    signal.SIGBUS: "Usually /dev/shm is full, or a file was truncated while it was read.",
}


def failure_of(run: Run, name: str) -> FailureStatus:
    """Return the failure that a run ended with."""
    reason, message, hint = _describe(run, name)
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


def _describe(run: Run, name: str) -> tuple[str, str, str]:
    """Return reason, message and hint."""
    if run.message is not None and run.message.reason not in NOT_A_FAILURE:
        return run.message.reason, run.message.message, run.message.hint
    if run.cause is not None:
        return run.cause.reason, run.cause.message, run.cause.hint
    if run.signal is not None:
        signal_name = signal.Signals(run.signal).name if run.signal in set(signal.Signals) else f"signal {run.signal}"
        message = f"{name} was killed by {signal_name}{_at_step(run)}."
        return reasons.KILLED_BY_SIGNAL, message, BY_SIGNAL.get(run.signal, SEE_LOG)
    if run.exit_code is None:
        return reasons.INTERRUPTED, f"{name} terminated{_at_step(run)} without a termination message.", ""
    if run.exit_code in BY_EXIT_CODE:
        reason, what = BY_EXIT_CODE[run.exit_code]
        return reason, f"{name} {what}{_at_step(run)} (exit code {run.exit_code}).", SEE_LOG
    return reasons.UNCLASSIFIED, f"{name} ended with exit code {run.exit_code}{_at_step(run)}.", SEE_LOG


def _at_step(run: Run) -> str:
    """Return ` at step 12`, or an empty text if the run reported no step."""
    return f" at step {run.step}" if run.step is not None else ""
