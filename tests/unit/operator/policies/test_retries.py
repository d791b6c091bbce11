"""The newest training run failed, and is not started again."""

from __future__ import annotations

import pytest

from detector_operator.api import FailureStatus, Phase, Status, TrainingStatus
from detector_operator.policies.retries import policy
from detector_operator.reconcile.actions import StartTraining
from detector_operator.reconcile.context import ReconcileContext
from detector_operator.reconcile.runs import ConditionReason
from detector_operator.reconcile.timer import Timer
from detector_trainer.contract import reasons
from support.decisions import conditions, events, headline
from support.trainings import T0, after, decided, passed, termination_message, train_run, training


def test_what_another_run_would_not_change_fails_immediately():
    run = train_run(exit_code=65, message=termination_message("DataError", "Record 3 of train.record is broken."))
    decision = decided(training(retries=5), ([passed(), run], T0))
    assert (decision.status.phase, decision.actions, decision.status.training.restarts) == (Phase.FAILED, (), 0)
    assert (decision.status.reason, headline(decision).message) == ("DataError", "Record 3 of train.record is broken.")
    assert conditions(decision.status) == {
        "Validated": ("True", "ValidationPassed"),
        "Training": ("False", "DataError"),
        "Failed": ("True", "DataError"),
        "Reconciling": ("False", "DataError"),
        "Stalled": ("True", "DataError"),
    }
    assert ("Warning", "DataError") in events(decision)


def test_retries_are_exhausted_and_the_last_cause_is_kept():
    runs = [passed(), *(train_run(attempt, exit_code=74, message=termination_message("StorageError")) for attempt in (1, 2, 3))]
    decision = decided(training(retries=2), (runs, T0), (runs, after(1000)))
    assert (decision.status.phase, decision.actions) == (Phase.FAILED, ())
    assert conditions(decision.status)["Failed"] == ("True", "RetriesExhausted")
    assert (decision.status.failure.reason, decision.status.training.restarts) == ("StorageError", 2)
    assert decision.status.reason == "StorageError", "the reason column names the cause"


@pytest.mark.parametrize(
    ("retries", "message"),
    [
        (0, "It happened."),
        (1, "It happened. It was restarted once (spec.retries)."),
        (2, "It happened. It was restarted 2 times (spec.retries)."),
    ],
)
def test_the_message_states_how_often_it_was_restarted(retries, message):
    runs = [
        passed(),
        *(train_run(attempt, exit_code=74, message=termination_message("StorageError")) for attempt in range(1, retries + 2)),
    ]
    assert headline(decided(training(retries=retries), (runs, T0))).message == message


def test_a_failure_that_is_not_counted_never_exhausts_the_retries():
    runs = [passed(), train_run(signal=9, cause=ConditionReason(reasons.PREEMPTED, "Preempted."))]
    assert decided(training(retries=0), (runs, T0), (runs, after(10))).actions == (StartTraining(2),)


def test_a_run_that_was_counted_does_not_fail_again_when_retries_are_lowered():
    runs = [passed(), train_run(exit_code=70)]
    status = decided(training(retries=1), (runs, T0)).status
    decision = decided(training(2, status, retries=0), (runs, after(10)))
    assert (decision.status.phase, decision.actions) == (Phase.QUEUED, (StartTraining(2),))


def test_only_the_newest_run_fails_a_training():
    runs = [passed(), train_run(1, exit_code=65), train_run(2)]
    decision = decided(training(), (runs, T0))
    assert (decision.status.phase, decision.actions) == (Phase.TRAINING, ())


# The policy alone


def result_of(run, *, failure=None, **known):
    status = Status(failure=failure, training=TrainingStatus(**known))
    return policy(ReconcileContext("pets", 1, 1, training().spec, status, (run,) if run else (), Timer(T0)))


@pytest.mark.parametrize(
    ("run", "known"),
    [
        (None, {}),
        (train_run(), {}),
        (train_run(exit_code=0), {}),
        (train_run(2, exit_code=65), {"counted": 2}),
        (train_run(2, exit_code=65), {"counted": 3}),
    ],
    ids=["no run", "it runs", "it succeeded", "its end is counted: another run follows", "a later one is counted"],
)
def test_the_training_has_not_failed(run, known):
    assert result_of(run, **known) is None


@pytest.mark.parametrize(
    ("restarts", "told"),
    [(0, ""), (1, " It was restarted once (spec.retries)."), (2, " It was restarted 2 times (spec.retries).")],
)
def test_how_often_it_was_restarted_is_told(restarts, told):
    result = result_of(train_run(2, exit_code=70), counted=1, restarts=restarts)
    assert (result.phase, result.reason) == (Phase.FAILED, reasons.RETRIES_EXHAUSTED)
    assert result.message == f"pets-train-2 ended with exit code 70.{told}"


RECORDED = FailureStatus(reason=reasons.START_TIMED_OUT, message="Recorded when it was stopped.")


@pytest.mark.parametrize(
    ("failure", "run", "recorded"),
    [
        (RECORDED, train_run(signal=9, stop_reason=reasons.START_TIMED_OUT), True),
        (None, train_run(signal=9, stop_reason=reasons.START_TIMED_OUT), False),
        (RECORDED, train_run(signal=9), False),
        (RECORDED, train_run(exit_code=65, stop_reason=reasons.START_TIMED_OUT), False),
        (RECORDED.model_copy(update={"reason": "Other"}), train_run(signal=9, stop_reason=reasons.START_TIMED_OUT), False),
    ],
    ids=["of this stop", "none", "of another run", "it reports its own", "of something else"],
)
def test_what_was_recorded_when_the_run_was_stopped_is_kept(failure, run, recorded):
    assert (result_of(run, failure=failure).failure == RECORDED) is recorded
