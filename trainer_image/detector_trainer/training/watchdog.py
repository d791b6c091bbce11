"""Handles signals and detects stalls while the main thread trains.

A graph call may block in C++ indefinitely (a 0-byte record file, catalogue 23), so neither can wait for the main thread: daemon
threads end the process themselves.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable

from detector_trainer.command.run_result import RunResult, TrainingState
from detector_trainer.contract import ExitCode, reasons

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Watchdog:
    """Ends the process after a signal or a stall.

    Args:
        state: progress of the training, for the message.
        report: writes the result (termination message and log).
        grace_period: seconds from the first signal to the end.
        stall_timeout: seconds without a step until the end; 0 for never.
        exit_process: ends the process immediately with an exit code.
        clock: monotonic time in seconds, which stops while the machine is suspended.
    """

    def __init__(
        self,
        state: TrainingState,
        report: Callable[[RunResult], None],
        *,
        grace_period: float,
        stall_timeout: float,
        exit_process: Callable[[int], object] = os._exit,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._state, self._report_result = state, report
        self._grace_period, self._stall_timeout = grace_period, stall_timeout
        self._exit_process, self._clock = exit_process, clock
        self._stop_requested = threading.Event()
        self._over = threading.Event()
        self._stepping = False
        self._exiting = threading.Lock()
        self._last_step_at = self._clock()
        self.signal_name = ""

    @property
    def stop_requested(self) -> bool:
        """Whether a signal requested a stop."""
        return self._stop_requested.is_set()

    def start(self) -> None:
        """Block the signals in all threads started from now on, and wait for them in one thread. Call it first."""
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        threading.Thread(target=self._take_signals, name="signals", daemon=True).start()

    def training_started(self) -> None:
        """Start the stall timeout. It includes building the model, restoring, tracing and the first batch."""
        self._last_step_at = self._clock()
        if self._stall_timeout:
            threading.Thread(target=self._watch_for_stall, name="stall", daemon=True).start()

    def can_stop_safely(self) -> None:
        """Let the main thread stop: from now on it checks `stop_requested` after every graph call, and saves a checkpoint."""
        self._stepping = True

    def stepped(self) -> None:
        """Restart the stall timeout: a step completed."""
        self._last_step_at = self._clock()

    def over(self) -> bool:
        """Claim the end of the run for the calling thread; return False if another thread is already ending it."""
        self._over.set()
        return self._exiting.acquire(blocking=False)

    def end(self, result: RunResult) -> None:
        """Report a result and end the process immediately, from any thread, unless another thread is already ending it."""
        if self._exiting.acquire(blocking=False):
            self._report_result(result)
            self._exit_process(int(result.code))

    def _take_signals(self) -> None:
        received = signal.sigwait(STOP_SIGNALS)
        self.signal_name = signal.Signals(received).name
        self._stop_requested.set()
        if not self._stepping:
            self.end(self._stopped("nothing had to be saved"))
            return
        threading.Thread(target=self._give_up_after_grace, name="grace", daemon=True).start()
        signal.sigwait(STOP_SIGNALS)
        self.end(self._stopped("received a second signal before a checkpoint was saved"))

    def _give_up_after_grace(self) -> None:
        if not self._over.wait(self._grace_period):
            self.end(
                self._stopped(f"the step did not end within the grace period of {self._grace_period:g} s; nothing was saved")
            )

    def _stopped(self, detail: str) -> RunResult:
        return stopped(self._state, self.signal_name, detail)

    def _watch_for_stall(self) -> None:
        while True:
            seconds = self._clock() - self._last_step_at
            if seconds >= self._stall_timeout:
                self.end(stalled(self._state, seconds))
                return
            if self._over.wait(self._stall_timeout - seconds):
                return


def stopped(state: TrainingState, signal_name: str, detail: str) -> RunResult:
    """Return the result of a run that a signal stopped."""
    resumes = f"resumes at step {state.checkpoint_step}" if state.checkpoint_step else "starts from the beginning"
    at = f"at step {state.step} of {state.total_steps}" if state.step is not None else "before the first step"
    return RunResult(
        ExitCode.STOPPED,
        reasons.STOPPED,
        f"Stopped by {signal_name} {at}: {detail}.",
        f"The same command {resumes}.",
        state=state,
    )


def stalled(state: TrainingState, seconds: float) -> RunResult:
    """Return the result of a run in which no step completed.

    If the training never completed a step, the input is the probable cause (DATA, not retried). If it did, in this run or before
    the checkpoint that it resumes from, its inputs work: the storage is more likely (STORAGE, retried).
    """
    if state.steps_this_run or state.checkpoint_step:
        after = f"step {state.step}" if state.steps_this_run else f"resuming at step {state.checkpoint_step}"
        return RunResult(
            ExitCode.STORAGE,
            reasons.TRAINING_STALLED,
            f"No step completed for {seconds:.0f} s after {after}.",
            "Check the storage that holds the records, and the other workers. A retry resumes from the last checkpoint.",
            state=state,
        )
    return RunResult(
        ExitCode.DATA,
        reasons.TRAINING_STALLED,
        f"The first step did not complete within {seconds:.0f} s.",
        "The trainer waits indefinitely for data if every record file is empty, or all records are filtered out: "
        "run `detector-training validate`. If the model takes longer to build, raise --stall-timeout.",
        state=state,
    )
