"""The length of the next graph call, at its bounds."""

from __future__ import annotations

import pytest

from detector_trainer.training.call_length import GROWTH, MAX_STEPS, TARGET_SECONDS, CallLength


class Calls:
    """Calls of a training, each of a given duration."""

    def __init__(self, *, start: int = 0, stop: int = 100_000, checkpoint_every: int = 100_000) -> None:
        self.now = 0.0
        self.pace = CallLength(start=start, stop=stop, checkpoint_every=checkpoint_every, clock=lambda: self.now)

    def call(self, seconds: float, step: int = 0) -> int:
        steps = self.pace.next(step)
        self.now += seconds
        self.pace.completed(steps)
        self.now += 1000  # what happens between two calls is not of a call
        return steps


def test_the_bounds_are_those_of_upstream_and_of_a_grace_period():
    """100 steps a call upstream; of 25 s a call takes 3, so that a checkpoint can be saved in the rest."""
    assert (MAX_STEPS, TARGET_SECONDS, GROWTH) == (100, 3.0, 4)


def test_the_first_call_is_not_measured():
    calls = Calls()
    assert [calls.call(seconds) for seconds in (40, 0.5, 2, 0)] == [1, 1, 4, 6]


@pytest.mark.parametrize(
    ("seconds", "following"),
    [(0.0, 4), (0.74, 4), (0.76, 3), (1.0, 3), (1.01, 2), (1.5, 2), (1.6, 1), (3.0, 1), (3.1, 1), (60, 1)],
)
def test_a_call_is_as_long_as_fits_the_target_and_the_growth(seconds: float, following: int):
    calls = Calls()
    calls.call(0)
    assert calls.call(seconds) == 1
    assert calls.call(0) == following


def test_a_call_never_has_more_steps_than_upstream():
    calls = Calls()
    assert [calls.call(0) for _ in range(7)] == [1, 1, 4, 16, 64, 100, 100]


@pytest.mark.parametrize(
    ("start", "step", "stop", "every", "steps"),
    [
        (0, 10, 1000, 1000, 64),
        (0, 10, 20, 1000, 10),
        (0, 10, 11, 1000, 1),
        (0, 10, 10, 1000, 1),
        (0, 10, 1000, 15, 5),
        (0, 15, 1000, 15, 15),
        (7, 21, 1000, 15, 1),
        (7, 22, 1000, 15, 15),
    ],
    ids=["no bound", "the end", "one before it", "at it", "a checkpoint", "at it, the next", "counted from the start", "at that"],
)
def test_a_call_ends_at_checkpoints_and_at_the_last_step(start: int, step: int, stop: int, every: int, steps: int):
    calls = Calls(start=start, stop=stop, checkpoint_every=every)
    calls.pace._steps = 64
    assert calls.pace.next(step) == steps
