"""spec.suspend: stop after a checkpoint, start nothing."""

from __future__ import annotations

import pytest

from detector_operator.api import Phase, RetryClass, Status, TrainingStatus
from detector_operator.policies.suspend import policy
from detector_operator.reconcile.actions import StartTraining, StopRun
from detector_operator.reconcile.context import ReconcileContext
from detector_operator.reconcile.runs import ConditionReason, RunState
from detector_operator.reconcile.timer import Timer
from detector_trainer.contract import reasons
from support.decisions import conditions, headline
from support.trainings import T0, after, at, decided, passed, termination_message, train_run, training, validate_run

STOPPED = {"exit_code": 75, "stop_reason": reasons.SUSPENDED}


def test_suspend_stops_what_runs_and_reports_that():
    run = train_run(progress=at(40, checkpoint=40))
    decision = decided(training(suspend=True), ([passed(), run], after(30)))
    assert decision.actions == (StopRun(run, reasons.SUSPENDED),)
    assert decision.status.phase is Phase.SUSPENDED
    assert headline(decision).message == "Waiting for pets-train-1 to stop."
    assert [(stop.run, stop.reason, stop.time) for stop in decision.status.stops] == [("train-1", reasons.SUSPENDED, after(30))]


@pytest.mark.parametrize("state", [RunState.PENDING, RunState.STARTING, RunState.RUNNING])
def test_it_stops_a_run_of_any_state_and_of_any_kind(state):
    runs = [validate_run(state=state), train_run(state=state)]
    decision = decided(training(suspend=True), (runs, T0))
    assert decision.actions == tuple(StopRun(run, reasons.SUSPENDED) for run in runs)
    assert headline(decision).message == "Waiting for pets-validate-1 and pets-train-1 to stop."


def test_a_stop_is_repeated_until_it_is_requested_and_written_once():
    asked = train_run(stop_reason=reasons.SUSPENDED)
    decision = decided(training(suspend=True), ([passed(), train_run()], T0), ([passed(), asked], after(30)))
    assert decision.actions == (StopRun(asked, reasons.SUSPENDED),)
    assert [(stop.run, stop.time) for stop in decision.status.stops] == [("train-1", T0)]
    stopping = train_run(stop_reason=reasons.SUSPENDED, stopping=True)
    assert decided(training(suspend=True), ([passed(), stopping], after(30))).actions == ()


def test_a_run_that_a_queue_started_again_although_it_was_stopped_is_stopped_again():
    spec = {"suspend": True}
    status = decided(training(**spec), ([passed(), train_run()], T0)).status
    again = train_run(stop_reason=status.stop("train-1").reason, progress=at(41))
    decision = decided(training(status=status, **spec), ([passed(), again], after(60)))
    assert (decision.status.phase, decision.actions) == (Phase.SUSPENDED, (StopRun(again, reasons.SUSPENDED),))


def test_a_run_whose_stop_was_decided_for_something_else_keeps_that_reason():
    run = train_run(stop_reason=reasons.START_TIMED_OUT)
    assert decided(training(suspend=True), ([passed(), run], T0)).actions == (StopRun(run, reasons.START_TIMED_OUT),)


def test_a_lost_node_that_keeps_it_from_stopping_is_named():
    lost = ConditionReason(reasons.NODE_LOST, "Node gpu-1 does not answer.", "Restart it, or delete the Node.")
    run = train_run(stop_reason=reasons.SUSPENDED, stopping=True, waiting=lost)
    decision = decided(training(suspend=True), ([passed(), run], T0))
    assert headline(decision).message == (
        "Waiting for pets-train-1 to stop. Node gpu-1 does not answer. Restart it, or delete the Node."
    )


@pytest.mark.parametrize(
    ("progress", "message"),
    [
        (at(40, checkpoint=40), "Suspended at step 40; it resumes from the checkpoint at step 40."),
        (at(40), "Suspended at step 40; no checkpoint was saved yet."),
        (None, "Suspended before the first step."),
    ],
    ids=["a checkpoint", "no checkpoint", "no step"],
)
def test_suspended_says_where_it_will_resume(progress, message):
    decision = decided(training(suspend=True), ([passed(), train_run(progress=progress, **STOPPED)], after(30)))
    assert headline(decision).message == message
    assert conditions(decision.status)["Reconciling"] == ("False", "Suspended")
    assert (decision.status.phase, decision.status.reason, decision.status.stops) == (Phase.SUSPENDED, None, [])


def test_a_resource_created_suspended_starts_nothing():
    decision = decided(training(suspend=True), ([], T0))
    assert (decision.status.phase, decision.actions, decision.requeue_at) == (Phase.SUSPENDED, (), None)


@pytest.mark.parametrize("left", [True, False], ids=["its Job is there", "its Job is gone"])
def test_resumed_it_starts_immediately_and_nothing_is_counted(left):
    run = train_run(progress=at(40, checkpoint=40))
    suspended = decided(training(suspend=True), ([passed(), run], T0)).status
    runs = [passed(), train_run(progress=at(40, checkpoint=40), **STOPPED)] if left else [passed()]
    suspended = decided(training(status=suspended, suspend=True), (runs, after(30))).status
    assert (suspended.phase, suspended.training.end, suspended.failure) == (Phase.SUSPENDED, RetryClass.STOPPED, None)
    resumed = decided(training(status=suspended), (runs, after(31)))
    assert (resumed.actions, headline(resumed).message) == ((StartTraining(2),), "Resuming from the checkpoint at step 40.")
    assert (resumed.status.training.restarts, resumed.status.training.preemptions) == (0, 0)


def test_a_training_that_was_suspended_resumes_with_its_verdict_and_its_numbers():
    runs = [passed(), train_run(progress=at(40, checkpoint=40))]
    status = decided(training(), (runs, after(20))).status
    stopping = decided(training(2, status, suspend=True), (runs, after(30)))
    assert [type(action).__name__ for action in stopping.actions] == ["StopRun"]
    runs = [passed(), train_run(message=termination_message("Stopped", step=42, last_checkpoint_step=42), **STOPPED)]
    stopped = decided(training(2, stopping.status, suspend=True), (runs, after(40)))
    assert (stopped.status.phase, stopped.actions) == (Phase.SUSPENDED, ())
    resumed = decided(training(3, stopped.status), (runs, after(50)))
    assert resumed.actions == (StartTraining(2),)
    assert (resumed.status.observed_generation, resumed.status.spec_generation) == (3, 1)
    assert resumed.status.training.last_checkpoint_step == 42


def test_a_training_that_ends_well_while_it_is_suspended_has_succeeded():
    runs = [passed(), train_run(exit_code=0, stop_reason=reasons.SUSPENDED)]
    assert decided(training(suspend=True), (runs, after(30))).status.phase is Phase.SUCCEEDED


def test_a_training_that_fails_for_good_while_it_is_suspended_has_failed():
    runs = [passed(), train_run(exit_code=65, message=termination_message("DataError"), stop_reason=reasons.SUSPENDED)]
    status = decided(training(suspend=True), (runs, after(30))).status
    assert (status.phase, status.failure.reason) == (Phase.FAILED, "DataError")


def test_a_suspended_training_has_neither_a_start_nor_a_remaining_time():
    """Its deadline restarts when it resumes."""
    status = Status(training=TrainingStatus(start_time=T0, seconds_remaining=30, step=40, restarts=1))
    context = ReconcileContext("pets", 1, 1, training(suspend=True).spec, status, (), Timer(after(30)))
    assert policy(context).training == TrainingStatus(step=40, restarts=1)
