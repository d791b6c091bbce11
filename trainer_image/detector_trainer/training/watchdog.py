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

from detector_trainer.command.run_result import Ending, Standing
from detector_trainer.contract import ExitCode, reasons

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Watch:
    """Listens for signals and for silence.

    Args:
        standing: where the run stands, for the message.
        tell: writes the ending (termination message and log).
        grace_period: seconds from the first signal to the end.
        stall_timeout: seconds without a step until the end; 0 for never.
        exit_process: ends the process at once with a code.
        clock: seconds; does not count the time that a machine sleeps.
    """

    def __init__(
        self,
        standing: Standing,
        tell: Callable[[Ending], None],
        *,
        grace_period: float,
        stall_timeout: float,
        exit_process: Callable[[int], object] = os._exit,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._standing, self._tell = standing, tell
        self._grace_period, self._stall_timeout = grace_period, stall_timeout
        self._exit_process, self._clock = exit_process, clock
        self._stop_asked = threading.Event()
        self._over = threading.Event()
        self._stepping = False
        self._ending = threading.Lock()
        self._last_step_at = self._clock()
        self.signal_name = ""

    @property
    def stop_asked(self) -> bool:
        """Whether a signal asked for the end."""
        return self._stop_asked.is_set()

    def start(self) -> None:
        """Blocks the signals for all threads started from now on, and takes them in one of its own. Call it first of all."""
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        threading.Thread(target=self._take_signals, name="signals", daemon=True).start()

    def training_begins(self) -> None:
        """The clock of the stall timeout starts: building, restoring, tracing and the first batch have that long."""
        self._last_step_at = self._clock()
        if self._stall_timeout:
            threading.Thread(target=self._watch_for_stall, name="stall", daemon=True).start()

    def can_stop_safely(self) -> None:
        """From now on the main thread looks at `stop_asked` after every call, and saves a checkpoint before it ends."""
        self._stepping = True

    def stepped(self) -> None:
        """A step has completed."""
        self._last_step_at = self._clock()

    def over(self) -> bool:
        """The main thread ends the run now: nobody else may. False if another thread already does."""
        self._over.set()
        return self._ending.acquire(blocking=False)

    def end(self, ending: Ending) -> None:
        """End the process at once, from any thread, unless another thread already does."""
        if self._ending.acquire(blocking=False):
            self._tell(ending)
            self._exit_process(int(ending.code))

    def _take_signals(self) -> None:
        received = signal.sigwait(STOP_SIGNALS)
        self.signal_name = signal.Signals(received).name
        self._stop_asked.set()
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

    def _stopped(self, detail: str) -> Ending:
        return stopped(self._standing, self.signal_name, detail)

    def _watch_for_stall(self) -> None:
        while True:
            silent = self._clock() - self._last_step_at
            if silent >= self._stall_timeout:
                self.end(stalled(self._standing, silent))
                return
            if self._over.wait(self._stall_timeout - silent):
                return


def stopped(standing: Standing, signal_name: str, detail: str) -> Ending:
    """The run was asked to stop."""
    resumes = f"resumes at step {standing.checkpoint_step}" if standing.checkpoint_step else "starts from the beginning"
    at = f"at step {standing.step} of {standing.total_steps}" if standing.step is not None else "before the first step"
    return Ending(
        ExitCode.STOPPED,
        reasons.STOPPED,
        f"Stopped by {signal_name} {at}: {detail}.",
        f"The same command {resumes}.",
        standing=standing,
    )


def stalled(standing: Standing, seconds: float) -> Ending:
    """Return the ending of a run in which no step completed.

    Without a single step of this training the input is at fault. A training that has made steps, in this run or before the
    checkpoint that it resumes from, has inputs that work: more likely it is the storage, and may pass.
    """
    if standing.steps_this_run or standing.checkpoint_step:
        after = f"step {standing.step}" if standing.steps_this_run else f"resuming at step {standing.checkpoint_step}"
        return Ending(
            ExitCode.STORAGE,
            reasons.TRAINING_STALLED,
            f"No step completed for {seconds:.0f} s after {after}.",
            "Look at the storage that the records are read from, and at the other workers. It resumes from the last checkpoint.",
            standing=standing,
        )
    return Ending(
        ExitCode.DATA,
        reasons.TRAINING_STALLED,
        f"The first step did not complete within {seconds:.0f} s.",
        "The trainer waits indefinitely for data if every record file is empty, or its records are all filtered out: "
        "run `detector-training validate`. If the model only takes long to build, raise --stall-timeout.",
        standing=standing,
    )
