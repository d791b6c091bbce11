"""How a training run ended: what follows, and what is counted."""

from __future__ import annotations

import pytest

from detector_operator.api import Phase, RetryClass
from detector_operator.reconcile.actions import StartTraining
from detector_operator.reconcile.runs import ConditionReason, RunState
from detector_trainer.contract import reasons
from support.decisions import headline
from support.trainings import T0, after, at, decided, passed, termination_message, train_run, training

# How it ends: (facts of the run, phase when it is over, reason of the failure, restarts, preemptions)
ENDINGS = {
    "wrong flags fail immediately": ({"exit_code": 64}, Phase.FAILED, reasons.USAGE, 0, 0),
    "a data error fails immediately": (
        {"exit_code": 65, "message": termination_message("DataError")},
        Phase.FAILED,
        "DataError",
        0,
        0,
    ),
    "no usable environment fails immediately": ({"exit_code": 78}, Phase.FAILED, reasons.ENVIRONMENT_UNUSABLE, 0, 0),
    "a stall before the first step is the data's": (
        {"exit_code": 65, "message": termination_message("TrainingStalled")},
        *(Phase.FAILED, "TrainingStalled", 0, 0),
    ),
    "a stall of the storage may pass": (
        {"exit_code": 74, "message": termination_message("TrainingStalled")},
        *(Phase.QUEUED, "TrainingStalled", 1, 0),
    ),
    "a crash is retried": ({"exit_code": 70}, Phase.QUEUED, reasons.UNCLASSIFIED, 1, 0),
    "a storage error is retried": ({"exit_code": 74}, Phase.QUEUED, reasons.STORAGE_ERROR, 1, 0),
    "an unknown exit code is retried": ({"exit_code": 3}, Phase.QUEUED, reasons.UNCLASSIFIED, 1, 0),
    "a kill is retried": ({"signal": 9}, Phase.QUEUED, reasons.KILLED_BY_SIGNAL, 1, 0),
    "a stop from outside is not counted": (
        {"exit_code": 75, "message": termination_message("Stopped")},
        Phase.QUEUED,
        "Stopped",
        0,
        1,
    ),
    "SIGTERM before it can be answered is not counted": ({"signal": 15}, Phase.QUEUED, reasons.KILLED_BY_SIGNAL, 0, 1),
    "a lost node is not counted": ({"state": RunState.ENDED}, Phase.QUEUED, reasons.INTERRUPTED, 0, 1),
    "our own stop is not a preemption": ({"exit_code": 75, "stop_reason": "Suspended"}, Phase.QUEUED, None, 0, 0),
    "our own stop is not a failure": ({"signal": 9, "stop_reason": "Suspended"}, Phase.QUEUED, None, 0, 0),
}


@pytest.mark.parametrize(("facts", "phase", "reason", "restarts", "preemptions"), ENDINGS.values(), ids=ENDINGS)
def test_each_ending(facts, phase, reason, restarts, preemptions):
    status = decided(training(), ([passed(), train_run(**facts)], after(11))).status
    assert status.phase is phase
    assert (status.failure.reason if status.failure else None) == reason
    assert (status.training.restarts, status.training.preemptions) == (restarts, preemptions)


# Causes that a cluster reports: (cause, restarts, preemptions)
CAUSES = {
    "preempted": (reasons.PREEMPTED, 0, 1),
    "evicted": (reasons.EVICTED, 0, 1),
    "its node lost": (reasons.NODE_LOST, 0, 1),
    "its node shut down": (reasons.NODE_SHUT_DOWN, 0, 1),
    "refused by its node": (reasons.NODE_REFUSED_POD, 0, 1),
    "its pod deleted by someone": (reasons.POD_DELETED, 0, 1),
    "its Job deleted by someone": (reasons.JOB_DELETED, 0, 1),
    "out of memory": (reasons.OOM_KILLED, 1, 0),
    "cannot start": (reasons.CONTAINER_CANNOT_START, 1, 0),
    "a container that is not ours failed": (reasons.INIT_FAILED, 1, 0),
    "too much storage": (reasons.STORAGE_LIMIT_EXCEEDED, 1, 0),
}


@pytest.mark.parametrize(("reason", "restarts", "preemptions"), CAUSES.values(), ids=CAUSES)
def test_each_cause(reason, restarts, preemptions):
    run = train_run(
        signal=9,
        cause=ConditionReason(reason, "Something happened.", "Do this."),
        progress=at(40, checkpoint=40),
        pod="p",
        node="n",
    )
    decision = decided(training(), ([passed(), run], after(11)))
    status = decision.status
    assert (status.training.restarts, status.training.preemptions) == (restarts, preemptions)
    assert (status.failure.reason, status.failure.message, status.failure.hint) == (reason, "Something happened.", "Do this.")
    assert (status.failure.pod, status.failure.node, status.failure.signal, status.failure.step) == ("p", "n", 9, 40)
    assert "Resuming from the checkpoint at step 40" in headline(decision).message


def test_the_trainers_own_verdict_comes_before_the_clusters():
    run = train_run(exit_code=65, message=termination_message("DataError"), cause=ConditionReason(reasons.PREEMPTED, "x"))
    status = decided(training(), ([passed(), run], after(11))).status
    assert (status.phase, status.failure.reason) == (Phase.FAILED, "DataError")


# Backoff


@pytest.mark.parametrize(("restarts", "wait"), [(1, 10), (2, 20), (3, 40), (7, 300)], ids=lambda value: f"{value}")
def test_the_wait_grows_with_the_failures(restarts, wait):
    runs = [passed(), *(train_run(attempt, exit_code=70) for attempt in range(1, restarts + 1))]
    resource = training(retries=10)
    waiting = decided(resource, (runs, after(10)), (runs, after(9 + wait)))
    assert (waiting.actions, waiting.requeue_at, waiting.status.phase) == ((), after(10 + wait), Phase.QUEUED)
    assert decided(resource, (runs, after(10)), (runs, after(10 + wait))).actions == (StartTraining(restarts + 1),)


def test_the_wait_counts_from_when_the_end_was_first_observed():
    runs = [passed(), train_run(exit_code=70)]
    seen = ([passed(), train_run()], T0), (runs, after(5000))
    assert decided(training(), *seen, (runs, after(5009))).actions == ()
    assert decided(training(), *seen, (runs, after(5010))).actions == (StartTraining(2),)


def test_no_observation_shortens_or_lengthens_the_wait():
    runs = [passed(), train_run(exit_code=70)]
    every_second = [(runs, after(second)) for second in range(11)]
    decisions = [decided(training(), *every_second[: count + 1]).actions for count in range(11)]
    assert decisions == [()] * 10 + [(StartTraining(2),)]


def test_preemptions_never_exhaust_the_retries():
    runs = [passed(), *(train_run(attempt, exit_code=75) for attempt in range(1, 31))]
    decision = decided(training(retries=0), (runs, T0), (runs, after(1000)))
    assert decision.actions == (StartTraining(31),)
    assert decision.status.training.preemptions == 30


def preempted(attempt, step=None):
    return train_run(
        attempt, signal=9, cause=ConditionReason(reasons.PREEMPTED, "Preempted."), progress=at(step) if step else None
    )


@pytest.mark.parametrize(
    ("steps", "wait"),
    [
        ((40,), 10),
        ((40, 40), 20),
        ((40, 30, 40), 40),
        ((None, None, None), 40),
        ((40, None, None), 40),
        ((40, 40, 40, 41), 10),
        ((40, 40, 41, 20), 20),
        ((None, None, 1), 10),
        ((40,) * 10, 300),
    ],
    ids=str,
)
def test_the_wait_grows_with_preemptions_between_which_no_step_was_new(steps, wait):
    runs = [passed(), *(preempted(attempt, step) for attempt, step in enumerate(steps, 1))]
    waiting = decided(training(), (runs, after(10)), (runs, after(9 + wait)))
    assert (waiting.actions, waiting.requeue_at, waiting.status.phase) == ((), after(10 + wait), Phase.QUEUED)
    assert waiting.status.training.preemptions == len(steps)
    assert decided(training(), (runs, after(10)), (runs, after(10 + wait))).actions == (StartTraining(len(steps) + 1),)


def test_the_wait_after_preemptions_is_known_to_the_status_when_their_runs_are_gone():
    first = decided(training(), ([passed(), preempted(1, 40), preempted(2, 30)], after(12))).status
    again = decided(training(status=first), ([passed(), preempted(3, 35)], after(13)))
    assert (again.status.training.preemptions_in_a_row, again.status.training.preempted_at_step) == (3, 40)
    assert again.requeue_at == after(53)


# The model directory is in use


def blocked(attempt):
    holder = "Model directory /models/pets is in use by pod other-train-1-x on node gpu-2, which renewed its lease 3 s ago."
    return train_run(
        attempt, exit_code=74, message=termination_message(reasons.MODEL_DIR_IN_USE, holder, "Wait, or change spec.modelDir.")
    )


def test_a_model_directory_in_use_is_waited_for_and_its_holder_is_named():
    decision = decided(training(retries=0), ([passed(), blocked(1)], T0))
    assert (decision.status.phase, decision.status.reason) == (Phase.QUEUED, reasons.MODEL_DIR_IN_USE)
    assert "in use by pod other-train-1-x on node gpu-2" in headline(decision).message
    assert headline(decision).message.endswith("Wait, or change spec.modelDir.")
    assert (decision.status.training.end, decision.status.training.restarts) == (RetryClass.BLOCKED, 0)
    assert decision.status.failure is None
    assert [event.type for event in decision.events if event.reason == reasons.MODEL_DIR_IN_USE] == ["Warning"]


@pytest.mark.parametrize(("times", "wait"), [(1, 10), (2, 20), (3, 40), (5, 160), (6, 300), (30, 300)], ids=lambda v: f"{v}")
def test_a_model_directory_in_use_is_retried_with_a_growing_wait_and_never_counted(times, wait):
    runs = [passed(), *(blocked(attempt) for attempt in range(1, times + 1))]
    resource = training(retries=0)
    waiting = decided(resource, (runs, T0), (runs, after(wait - 1)))
    assert (waiting.status.phase, waiting.actions, waiting.requeue_at) == (Phase.QUEUED, (), after(wait))
    assert (waiting.status.training.restarts, waiting.status.training.preemptions) == (0, 0)
    assert decided(resource, (runs, T0), (runs, after(wait))).actions == (StartTraining(times + 1),)


def test_once_the_model_directory_is_free_the_waits_for_it_are_forgotten_with_the_next_new_step():
    runs = [passed(), *(blocked(attempt) for attempt in range(1, 6)), preempted(6, 40)]
    assert decided(training(), (runs, T0)).requeue_at == after(10)


# What was counted


def test_what_was_counted_stays_counted_after_the_run_is_gone():
    first = decided(training(), ([passed(), train_run(1, exit_code=70), train_run(2)], after(30)))
    second = decided(training(status=first.status), ([train_run(2)], after(40)))
    assert (second.status.training.restarts, second.status.failure.reason) == (1, reasons.UNCLASSIFIED)
    assert second.status.phase is Phase.TRAINING


def test_a_status_that_was_never_written_is_made_up_for():
    runs = [passed(), train_run(1, exit_code=70), train_run(2, exit_code=75), train_run(3)]
    status = decided(training(status=None), (runs, after(30))).status
    assert (status.phase, status.training.restarts, status.training.preemptions) == (Phase.TRAINING, 1, 1)


# Runs of which nothing is left


def test_a_run_that_vanished_was_deleted_and_is_counted_once_and_its_number_is_not_used_again():
    before = decided(training(), ([passed(), train_run(progress=at(40, checkpoint=40))], after(20))).status
    gone = decided(training(status=before), ([passed()], after(30)))
    assert (gone.actions, gone.requeue_at) == ((), after(40))
    assert (gone.status.training.preemptions, gone.status.failure.reason) == (1, reasons.JOB_DELETED)
    assert gone.status.failure.hint == "To stop a training, set spec.suspend."
    assert headline(gone).message == "Job pets-train-1 was deleted. Resuming from the checkpoint at step 40."
    due = decided(training(status=gone.status), ([passed()], after(40)))
    assert due.actions == (StartTraining(2),)
    again = decided(training(status=due.status), ([passed()], after(41)))
    assert (again.status, again.actions, again.events) == (due.status, (StartTraining(2),), ())
    followed = decided(training(status=due.status), ([passed(), train_run(2)], after(42))).status
    assert (followed.phase, followed.training.preemptions) == (Phase.TRAINING, 1)


def test_a_run_that_vanished_is_counted_also_if_the_next_one_was_started_by_an_operator_that_crashed():
    before = decided(training(), ([passed(), train_run()], after(20))).status
    status = decided(training(status=before), ([passed(), train_run(2)], after(40))).status
    assert (status.phase, status.training.attempt, status.training.preemptions) == (Phase.TRAINING, 2, 1)


def test_a_run_that_vanished_after_it_was_stopped_is_not_a_preemption():
    suspended = decided(training(suspend=True), ([passed(), train_run(progress=at(40, checkpoint=40))], after(20))).status
    assert [(stop.run, stop.reason, stop.time) for stop in suspended.stops] == [("train-1", reasons.SUSPENDED, after(20))]
    resumed = decided(training(2, suspended), ([passed()], after(30)))
    assert resumed.actions == (StartTraining(2),)
    assert (resumed.status.training.preemptions, resumed.status.training.restarts) == (0, 0)
    assert (resumed.status.failure, resumed.status.training.end) == (None, RetryClass.STOPPED)


def test_what_ended_well_before_it_was_deleted_has_succeeded():
    before = decided(training(), ([passed(), train_run(exit_code=0)], after(20))).status
    assert decided(training(status=before), ([], after(30))).status.phase is Phase.SUCCEEDED
