"""Chooses the number of steps of the next graph call."""

from __future__ import annotations

import time
from collections.abc import Callable

MAX_STEPS = 100  # model_lib_v2.NUM_STEPS_PER_ITERATION: never more than upstream takes
TARGET_SECONDS = 3.0  # upper bound for the reaction to a signal and for the interval between progress lines
GROWTH = 4  # a call has at most so many times the steps of the previous one: a single fast call proves little


class CallLength:
    """Keeps graph calls a few seconds long; a call ends exactly on each checkpoint step and on the last step.

    The first call takes one step and is not measured: it traces the graph.
    """

    def __init__(self, *, start: int, stop: int, checkpoint_every: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._start, self._stop, self._checkpoint_every = start, stop, checkpoint_every
        self._clock = clock
        self._calls = 0
        self._steps = 1
        self._started = 0.0

    def next(self, step: int) -> int:
        """Start a call at `step`; return its number of steps: at least 1, and never past the last step."""
        to_checkpoint = self._checkpoint_every - (step - self._start) % self._checkpoint_every
        self._started = self._clock()
        return max(1, min(self._steps, to_checkpoint, self._stop - step))

    def completed(self, steps: int) -> None:
        """Adapt the length of the next call to the current one, which completed `steps` steps."""
        self._calls += 1
        if self._calls == 1:
            return
        seconds_per_step = max(1e-6, (self._clock() - self._started) / steps)
        wanted = int(TARGET_SECONDS / seconds_per_step)
        self._steps = max(1, min(wanted, self._steps * GROWTH, MAX_STEPS))
