"""spec.activeDeadlineSeconds: how long a training may take from the assignment of its first pod to a node."""

from __future__ import annotations

import pytest

from detector_operator.api import Phase
from detector_operator.reconcile.actions import StartTraining, StopRun
from detector_operator.reconcile.runs import RunState
from detector_trainer.contract import reasons
from support.decisions import conditions
from support.trainings import T0, after, at, decided, passed, train_run, training, validate_run

RESOURCE = training(activeDeadlineSeconds=60)


def seen(run, now):
    return [passed(), run], now


def test_the_deadline_stops_the_run_and_fails():
    run = train_run(progress=at(40))
    assert decided(RESOURCE, seen(run, T0), seen(run, after(59))).status.phase is Phase.TRAINING
    decision = decided(RESOURCE, seen(run, T0), seen(run, after(60)))
    assert decision.actions == (StopRun(run, reasons.DEADLINE_EXCEEDED),)
    assert [(stop.run, stop.reason) for stop in decision.status.stops] == [("train-1", reasons.DEADLINE_EXCEEDED)]
    failure = decision.status.failure
    assert (decision.status.phase, decision.status.reason, failure.step) == (Phase.FAILED, reasons.DEADLINE_EXCEEDED, 40)
    assert failure.message == (
        "Not complete 60 s after its first pod was assigned to a node (spec.activeDeadlineSeconds), at step 40 of 100."
    )
    assert conditions(decision.status)["Failed"] == ("True", "DeadlineExceeded")


def test_a_training_that_made_no_step_names_none():
    run = train_run(state=RunState.STARTING)
    failure = decided(RESOURCE, seen(run, T0), seen(run, after(60))).status.failure
    assert failure.message == "Not complete 60 s after its first pod was assigned to a node (spec.activeDeadlineSeconds)."


def test_it_wakes_for_the_deadline():
    assert decided(RESOURCE, seen(train_run(), T0), seen(train_run(), after(5))).requeue_at == after(60)


def test_the_time_of_the_validation_and_of_the_wait_for_a_node_does_not_count():
    pending = train_run(state=RunState.PENDING, node=None)
    queued = ([validate_run()], T0), seen(pending, after(1000)), seen(pending, after(100_000))
    assert decided(RESOURCE, *queued).status.phase is Phase.QUEUED
    assert decided(RESOURCE, *queued).status.training.start_time is None
    run = train_run(state=RunState.STARTING)
    assigned = *queued, seen(run, after(100_001))
    assert decided(RESOURCE, *assigned).requeue_at == after(100_061)
    assert decided(RESOURCE, *assigned, seen(run, after(100_060))).status.phase is Phase.STARTING
    assert decided(RESOURCE, *assigned, seen(run, after(100_061))).status.phase is Phase.FAILED


def test_it_counts_from_the_first_pod_through_all_runs():
    crashed = [passed(), train_run(exit_code=70)]
    first = ([passed(), train_run()], T0), (crashed, after(20)), ([*crashed, train_run(2)], after(30))
    assert decided(RESOURCE, *first).status.training.start_time == T0
    assert decided(RESOURCE, *first, ([*crashed, train_run(2)], after(60))).status.phase is Phase.FAILED


def test_it_ends_a_training_also_while_the_next_run_waits_for_its_node():
    runs = [passed(), train_run(exit_code=70), train_run(2, state=RunState.PENDING, node=None)]
    decision = decided(RESOURCE, ([passed(), train_run()], T0), (runs, after(20)), (runs, after(60)))
    assert (decision.status.phase, decision.actions) == (Phase.FAILED, (StopRun(runs[-1], reasons.DEADLINE_EXCEEDED),))


def test_a_run_that_was_first_observed_after_its_end_had_a_node():
    status = decided(RESOURCE, seen(train_run(exit_code=70), after(20))).status
    assert status.training.start_time == after(20)


def test_a_run_that_never_had_a_node_does_not_start_the_count():
    run = train_run(state=RunState.ENDED, node=None)
    assert decided(RESOURCE, seen(run, after(20))).status.training.start_time is None


@pytest.mark.parametrize("skew", [-1e9, 1e9], ids=["past", "future"])
def test_the_clock_of_the_node_changes_nothing(skew):
    run = train_run(progress=at(40, time=skew))
    assert decided(RESOURCE, seen(run, T0), seen(run, after(59))).status.phase is Phase.TRAINING
    assert decided(RESOURCE, seen(run, T0), seen(run, after(60))).status.phase is Phase.FAILED


def test_the_deadline_does_not_wake_what_is_suspended():
    spec = {"validation": {"policy": "Skip"}, "activeDeadlineSeconds": 60}
    status = decided(training(**spec), ([train_run()], after(20))).status
    assert decided(training(2, status, suspend=True, **spec), ([], after(30))).requeue_at is None


def test_it_starts_again_when_a_suspended_training_resumes():
    spec = {"activeDeadlineSeconds": 60}
    status = decided(training(**spec), seen(train_run(), T0)).status
    stopped = train_run(exit_code=75, stop_reason=reasons.SUSPENDED)
    suspended = decided(training(2, status, suspend=True, **spec), seen(stopped, after(30)), seen(stopped, after(5000))).status
    assert (suspended.phase, suspended.training.start_time) == (Phase.SUSPENDED, None)
    runs = [passed(), stopped]
    resumed = decided(training(3, suspended, **spec), (runs, after(5010)))
    assert (resumed.status.phase, resumed.actions) == (Phase.QUEUED, (StartTraining(2),))
    again = decided(training(3, resumed.status, **spec), ([*runs, train_run(2)], after(5020)))
    assert again.requeue_at == after(5080)


def test_a_resumed_training_whose_former_run_cannot_stop_is_not_judged_by_the_time_of_that_run():
    spec = {"activeDeadlineSeconds": 60}
    status = decided(training(**spec), seen(train_run(), T0)).status
    stopping = train_run(stop_reason=reasons.SUSPENDED, stopping=True)
    suspended = decided(training(2, status, suspend=True, **spec), seen(stopping, after(30)), seen(stopping, after(5000))).status
    resumed = decided(training(3, suspended, **spec), seen(stopping, after(5010)))
    assert (resumed.status.phase, resumed.status.failure) == (Phase.QUEUED, None)
