"""Graph calls last a few seconds, end on checkpoint steps, and end exactly at the last step."""

from __future__ import annotations

from itertools import pairwise

import pytest

from detector_trainer.training.call_length import MAX_STEPS, TARGET_SECONDS, CallLength


def calls(seconds_per_step: float, *, start: int = 0, stop: int, checkpoint_every: int) -> list[int]:
    """The steps of each call of a run whose steps take so long; its first call takes 40 s more, for tracing."""
    now = 0.0
    call_length = CallLength(start=start, stop=stop, checkpoint_every=checkpoint_every, clock=lambda: now)
    step, found = start, []
    while step < stop:
        steps = call_length.next(step)
        now += steps * seconds_per_step + (0 if found else 40)
        call_length.completed(steps)
        step += steps
        found.append(steps)
    assert step == stop
    return found


def test_the_first_call_takes_one_step():
    assert calls(0.1, stop=1000, checkpoint_every=1000)[0] == 1


@pytest.mark.parametrize("seconds_per_step", [0.05, 0.3, 1.0, 2.9])
def test_a_call_takes_no_longer_than_the_target(seconds_per_step: float):
    assert all(steps * seconds_per_step <= TARGET_SECONDS for steps in calls(seconds_per_step, stop=500, checkpoint_every=500))


def test_a_step_longer_than_the_target_is_a_call_of_its_own():
    assert set(calls(20.0, stop=50, checkpoint_every=1000)) == {1}


def test_quick_steps_grow_to_what_the_trainer_takes_in_a_call_and_no_further():
    steps = calls(1e-4, stop=10_000, checkpoint_every=10_000)
    assert max(steps) == MAX_STEPS
    assert all(later <= 4 * earlier for earlier, later in pairwise(steps))


@pytest.mark.parametrize("start", [0, 137])
def test_every_checkpoint_step_ends_a_call(start: int):
    """Counted from where this run began, as model_lib_v2 counts."""
    step, ends = start, set()
    for steps in calls(0.01, start=start, stop=start + 1000, checkpoint_every=250):
        step += steps
        ends.add(step)
    assert {start + 250, start + 500, start + 750, start + 1000} <= ends


@pytest.mark.parametrize(("start", "stop"), [(0, 103), (0, 7), (137, 1003), (0, 301)])
def test_the_last_call_ends_at_the_last_step_also_where_no_checkpoint_is_due(start: int, stop: int):
    steps = calls(1e-4, start=start, stop=stop, checkpoint_every=250)
    assert start + sum(steps) == stop
