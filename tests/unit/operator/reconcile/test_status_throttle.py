"""Mere progress changes the status at a bounded rate."""

from __future__ import annotations

import pytest

from detector_operator.api import Phase
from detector_operator.reconcile.runs import ConditionReason, LogView, RunState
from detector_operator.reconcile.status_throttle import PROGRESS_INTERVAL
from detector_trainer.contract import reasons
from support.trainings import T0, after, at, decided, passed, train_run, training


def paced(status, run, now):
    return decided(training(status=status), ([passed(), run], now), progress_interval=PROGRESS_INTERVAL)


def test_mere_progress_is_written_every_ten_seconds():
    first = paced(None, train_run(progress=at(40)), after(30))
    assert first.status.training.progress_time == after(30)
    held = paced(first.status, train_run(progress=at(50)), after(39))
    assert (held.status, held.requeue_at) == (first.status, after(40))
    due = paced(first.status, train_run(progress=at(50)), after(40))
    assert (due.status.training.step, due.status.training.progress_time) == (50, after(40))


def test_without_progress_nothing_is_written():
    first = paced(None, train_run(progress=at(40)), after(30))
    assert paced(first.status, train_run(progress=at(40)), after(1800)).status == first.status


def test_an_operator_that_has_just_started_and_read_no_log_writes_nothing():
    first = paced(None, train_run(progress=at(40)), after(30))
    assert first.status.training.seconds_remaining == 30
    assert paced(first.status, train_run(), after(300)).status == first.status


def test_the_first_step_of_a_run_is_written_immediately():
    first = paced(None, train_run(), after(30))
    decision = paced(first.status, train_run(progress=at(1)), after(31))
    assert (decision.status.training.step, decision.status.training.latest_run.step_time) == (1, after(31))


@pytest.mark.parametrize("state", [RunState.STARTING, RunState.RUNNING])
def test_a_state_of_the_run_is_written_immediately(state):
    first = paced(None, train_run(state=RunState.PENDING, node=None), after(30))
    assert paced(first.status, train_run(state=state), after(31)).status.training.latest_run.assigned_time == after(31)


def test_a_transition_is_written_immediately_with_the_newest_numbers():
    first = paced(None, train_run(progress=at(40)), after(30))
    crashed = paced(first.status, train_run(exit_code=70, progress=at(50)), after(31)).status
    assert (crashed.phase, crashed.training.step, crashed.training.restarts) == (Phase.QUEUED, 50, 1)


def test_a_wait_is_written_immediately():
    first = paced(None, train_run(progress=at(40)), after(30))
    waiting = train_run(progress=at(50), waiting=ConditionReason(reasons.NODE_LOST, "Node gpu-1 does not answer."))
    assert paced(first.status, waiting, after(31)).status.reason == reasons.NODE_LOST


def test_what_is_to_be_done_is_done_although_the_status_is_held():
    spec = {"trainer": {"startTimeoutSeconds": 60}, "stallTimeoutSeconds": 60}
    first = decided(training(**spec), ([passed(), train_run(progress=at(40))], T0)).status
    # The newest step was read before the limit, and no more can be read.
    old = train_run(progress=at(40), log=LogView(read_at=after(10)))
    decision = decided(training(status=first, **spec), ([passed(), old], after(360)), progress_interval=PROGRESS_INTERVAL)
    assert [type(action).__name__ for action in decision.actions] == ["CheckRun"]


def test_a_step_that_is_held_back_does_not_count_as_a_stall():
    spec = {"stallTimeoutSeconds": 60}
    first = decided(training(**spec), ([passed(), train_run(progress=at(40))], T0)).status
    run = train_run(progress=at(41), log=LogView(read_at=after(361)))
    decision = decided(training(status=first, **spec), ([passed(), run], after(361)), progress_interval=PROGRESS_INTERVAL)
    assert (decision.status.phase, decision.actions) == (Phase.TRAINING, ())


def test_the_interval_is_ten_seconds():
    assert PROGRESS_INTERVAL.total_seconds() == 10
