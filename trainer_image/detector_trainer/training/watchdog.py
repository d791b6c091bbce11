"""What happens beside the training: signals, and the watch for a run that has stopped making steps.

A graph call may block in C++ indefinitely (a 0-byte record file, catalogue 23), so neither can wait for the main thread: daemon
threads can end the process by themselves.
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
    """Listens for signals and for silence.

    Args:
        state: where the run stands, for the message.
        tell: writes the ending (termination message and log).
        grace_period: seconds from the first signal to the end.
        stall_timeout: seconds without a step until the end; 0 for never.
        exit_process: ends the process at once with a code.
        clock: seconds; does not count the time that a machine sleeps.
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
        """Whether a signal asked for the end."""
        return self._stop_requested.is_set()

    def start(self) -> None:
        """Blocks the signals for all threads started from now on, and takes them in one of its own. Call it first of all."""
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        threading.Thread(target=self._take_signals, name="signals", daemon=True).start()

    def training_started(self) -> None:
        """The clock of the stall timeout starts: building, restoring, tracing and the first batch have that long."""
        self._last_step_at = self._clock()
        if self._stall_timeout:
            threading.Thread(target=self._watch_for_stall, name="stall", daemon=True).start()

    def can_stop_safely(self) -> None:
        """From now on the main thread looks at `stop_requested` after every call, and saves a checkpoint before it ends."""
        self._stepping = True

    def stepped(self) -> None:
        """A step has completed."""
        self._last_step_at = self._clock()

    def over(self) -> bool:
        """The main thread ends the run now: nobody else may. False if another thread already does."""
        self._over.set()
        return self._exiting.acquire(blocking=False)

    def end(self, result: RunResult) -> None:
        """End the process at once, from any thread, unless another thread already does."""
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
        self.end(self._stopped("a second signal came before a checkpoint was saved"))

    def _give_up_after_grace(self) -> None:
        if not self._over.wait(self._grace_period):
            self.end(
                self._stopped(f"the step did not end within the grace period of {self._grace_period:g} s; nothing was saved")
            )

    def _stopped(self, detail: str) -> RunResult:
        return stopped(self._state, self.signal_name, detail)

    def _watch_for_stall(self) -> None:
        while True:
            silent = self._clock() - self._last_step_at
            if silent >= self._stall_timeout:
                self.end(stalled(self._state, silent))
                return
            if self._over.wait(self._stall_timeout - silent):
                return


def stopped(state: TrainingState, signal_name: str, detail: str) -> RunResult:
    """The run was asked to stop."""
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
    """Return the ending of a run in which no step completed.

    Without a single step of this training the input is at fault. A training that has made steps, in this run or before the
    checkpoint that it resumes from, has inputs that work: more likely it is the storage, and may pass.
    """
    if state.steps_this_run or state.checkpoint_step:
        after = f"step {state.step}" if state.steps_this_run else f"resuming at step {state.checkpoint_step}"
        return RunResult(
            ExitCode.STORAGE,
            reasons.TRAINING_STALLED,
            f"No step completed for {seconds:.0f} s after {after}.",
            "Look at the storage that the records are read from, and at the other workers. It resumes from the last checkpoint.",
            state=state,
        )
    return RunResult(
        ExitCode.DATA,
        reasons.TRAINING_STALLED,
        f"The first step did not complete within {seconds:.0f} s.",
        "The trainer waits indefinitely for data if every record file is empty, or its records are all filtered out: "
        "run `detector-training validate`. If the model only takes long to build, raise --stall-timeout.",
        state=state,
    )
