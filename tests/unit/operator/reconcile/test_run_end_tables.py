"""Each exit code, each stop and each cause that a cluster reports: what kind of end of a run it is."""

from __future__ import annotations

import pytest

from detector_operator.api import RetryClass, TrainingStatus
from detector_operator.reconcile.run_end import classify_training, classify_validation, count_end, succeeded
from detector_operator.reconcile.runs import ConditionReason, RunState
from detector_trainer.contract import reasons
from support.trainings import termination_message, train_run, training, validate_run

FAILED, FINAL, INTERRUPTED = RetryClass.FAILED, RetryClass.FINAL, RetryClass.INTERRUPTED


@pytest.mark.parametrize(
    ("code", "trains", "validates"),
    [
        (1, FAILED, FINAL),
        (2, FAILED, FINAL),
        (3, FAILED, FAILED),
        (64, FINAL, FAILED),
        (65, FINAL, FAILED),
        (70, FAILED, FAILED),
        (74, FAILED, FAILED),
        (75, INTERRUPTED, INTERRUPTED),
        (78, FINAL, FAILED),
    ],
)
def test_each_exit_code(code, trains, validates):
    assert classify_training(train_run(exit_code=code)) is trains
    assert classify_validation(validate_run(exit_code=code)) is validates


def test_a_validation_that_succeeded_without_a_verdict_would_do_it_again():
    assert classify_validation(validate_run(exit_code=0)) is FINAL


@pytest.mark.parametrize(("signal", "end"), [(1, FAILED), (9, FAILED), (14, FAILED), (15, INTERRUPTED), (16, FAILED)])
def test_each_signal(signal, end):
    assert classify_training(train_run(signal=signal)) is end
    assert classify_validation(validate_run(signal=signal)) is end


def test_an_end_that_nobody_saw_is_an_interruption():
    assert classify_training(train_run(state=RunState.ENDED)) is INTERRUPTED


@pytest.mark.parametrize(
    ("stopped", "trains", "validates"),
    [
        (reasons.TRAINING_STALLED, FINAL, RetryClass.STOPPED),
        (reasons.START_TIMED_OUT, FAILED, RetryClass.STOPPED),
        (reasons.VALIDATION_TIMED_OUT, RetryClass.STOPPED, RetryClass.TIMED_OUT),
        (reasons.SUSPENDED, RetryClass.STOPPED, RetryClass.STOPPED),
        (reasons.SPEC_CHANGED, RetryClass.STOPPED, RetryClass.STOPPED),
    ],
)
@pytest.mark.parametrize("code", [70, 74, 75])
def test_each_stop_by_the_operator_whatever_the_run_answers(stopped, trains, validates, code):
    assert classify_training(train_run(exit_code=code, stop_reason=stopped)) is trains
    assert classify_validation(validate_run(exit_code=code, stop_reason=stopped)) is validates


def test_a_final_code_counts_although_the_run_was_being_stopped():
    assert classify_training(train_run(exit_code=65, stop_reason=reasons.SUSPENDED)) is FINAL


@pytest.mark.parametrize(
    ("reason", "end"),
    [
        (reasons.EVICTED, INTERRUPTED),
        (reasons.INTERRUPTED, INTERRUPTED),
        (reasons.JOB_DELETED, INTERRUPTED),
        (reasons.NODE_LOST, INTERRUPTED),
        (reasons.NODE_REFUSED_POD, INTERRUPTED),
        (reasons.NODE_SHUT_DOWN, INTERRUPTED),
        (reasons.POD_DELETED, INTERRUPTED),
        (reasons.PREEMPTED, INTERRUPTED),
        (reasons.OOM_KILLED, FAILED),
        (reasons.CONTAINER_CANNOT_START, FAILED),
        (reasons.INIT_FAILED, FAILED),
        (reasons.STORAGE_LIMIT_EXCEEDED, FAILED),
    ],
)
@pytest.mark.parametrize("facts", [{"signal": 9}, {"signal": 15}, {"exit_code": 70}, {"state": RunState.ENDED}], ids=str)
def test_each_cause_whatever_the_exit_code(reason, end, facts):
    cause = ConditionReason(reason, "It happened.")
    assert classify_training(train_run(cause=cause, **facts)) is end
    assert classify_validation(validate_run(cause=cause, **facts)) is end


def test_a_model_directory_in_use_blocks_whatever_the_cluster_reports():
    message = termination_message(reasons.MODEL_DIR_IN_USE)
    run = train_run(exit_code=74, message=message, cause=ConditionReason(reasons.PREEMPTED, "x"))
    assert classify_training(run) is RetryClass.BLOCKED


@pytest.mark.parametrize(("facts", "done"), [({"exit_code": 0}, True), ({"exit_code": 1}, False), ({"signal": 9}, False)])
def test_only_exit_code_0_is_success(facts, done):
    assert succeeded(train_run(**facts)) is done


# What is counted

SPEC = training(retries=2).spec
KNOWN = TrainingStatus(attempt=3, restarts=1, preemptions=4, preemptions_in_a_row=2, preempted_at_step=40, step=40)


def counted(facts, **known):
    return count_end(train_run(3, **facts), KNOWN.model_copy(update=known), SPEC)


@pytest.mark.parametrize(
    ("facts", "known", "changed"),
    [
        ({"exit_code": 70}, {}, {"end": FAILED, "restarts": 2}),
        ({"exit_code": 70}, {"restarts": 0}, {"end": FAILED, "restarts": 1}),
        ({"exit_code": 70, "stop_reason": "Suspended"}, {}, {"end": RetryClass.STOPPED}),
        ({"exit_code": 75}, {}, {"end": INTERRUPTED, "preemptions": 5, "preemptions_in_a_row": 3}),
        (
            {"exit_code": 75},
            {"step": 41},
            {"end": INTERRUPTED, "preemptions": 5, "preemptions_in_a_row": 1, "preempted_at_step": 41},
        ),
        (
            {"exit_code": 75},
            {"step": 0, "preempted_at_step": None},
            {"end": INTERRUPTED, "preemptions": 5, "preemptions_in_a_row": 1, "preempted_at_step": 0},
        ),
        ({"exit_code": 75}, {"step": None}, {"end": INTERRUPTED, "preemptions": 5, "preemptions_in_a_row": 3}),
        (
            {"exit_code": 75},
            {"step": None, "preemptions_in_a_row": None},
            {"end": INTERRUPTED, "preemptions": 5, "preemptions_in_a_row": 1},
        ),
        (
            {"exit_code": 74, "message": termination_message(reasons.MODEL_DIR_IN_USE, "In use.", "Wait.")},
            {},
            {"end": RetryClass.BLOCKED, "preemptions_in_a_row": 3, "blocked_by": "In use. Wait."},
        ),
        (
            {"exit_code": 74, "message": termination_message(reasons.MODEL_DIR_IN_USE, "In use.", "")},
            {"preemptions_in_a_row": None},
            {"end": RetryClass.BLOCKED, "preemptions_in_a_row": 1, "blocked_by": "In use."},
        ),
    ],
    ids=[
        *("a failure", "the first failure", "a stop", "no further step", "a further step", "the first step", "no step"),
        *("the first of them", "in use", "in use for the first time"),
    ],
)
def test_what_is_counted_of_an_end_that_is_followed_by_another_run(facts, known, changed):
    assert counted(facts, **known) == KNOWN.model_copy(update={**known, "counted": 3, **changed})


@pytest.mark.parametrize(
    ("facts", "known"),
    [({"exit_code": 0}, {}), ({"exit_code": 65}, {}), ({"exit_code": 70}, {"restarts": 2})],
    ids=["it succeeded", "a retry cannot help", "no retry is left"],
)
def test_after_these_ends_no_run_follows(facts, known):
    assert counted(facts, **known) is None
