"""The API server does not take a start: reported, and requested again, or the end if it never will."""

from __future__ import annotations

import pytest

from detector_operator.api import FailureStatus, Phase, Status, TrainingStatus
from detector_operator.policies.create_rejected import apply
from detector_operator.reconcile.actions import StartTraining, StartValidation
from detector_operator.reconcile.context import PolicyResult, ReconcileContext
from detector_operator.reconcile.create_rejection import CreateRejection
from detector_operator.reconcile.runs import ConditionReason
from detector_operator.reconcile.timer import Timer
from detector_trainer.contract import reasons
from support.decisions import conditions, events, headline
from support.trainings import T0, after, decided, passed, train_run, training

QUOTA = ConditionReason(reasons.QUOTA_EXCEEDED, "Cannot create Job pets-train-1: exceeded quota few.", "Wait.")
INVALID = ConditionReason(reasons.INVALID_SPEC, "The API server rejects Job pets-train-1: tolerations[0].", "Correct it.")


def refusal(action, *, why=QUOTA, generation=1, times=1, at=20):
    return CreateRejection(action, generation, why, times, after(at))


@pytest.mark.parametrize(
    ("runs", "action", "phase"),
    [([], StartValidation(1), Phase.VALIDATING), ([passed()], StartTraining(1), Phase.QUEUED)],
    ids=["validation", "training"],
)
def test_what_was_rejected_is_reported_and_requested_again_after_a_backoff(runs, action, phase):
    refused = refusal(action, times=3)
    before = decided(training(), (runs, after(20))).status
    decision = decided(training(status=before), (runs, after(23)), rejection=refused)
    assert (decision.status.phase, decision.status.failure) == (phase, None)
    assert (headline(decision).status, headline(decision).reason, decision.status.reason) == (
        *("False", "QuotaExceeded"),
        "QuotaExceeded",
    )
    assert headline(decision).message == f"{QUOTA.message} {QUOTA.hint}"
    assert events(decision) == [("Warning", "QuotaExceeded")]
    assert (decision.actions, decision.requeue_at) == ((), after(24))
    due = decided(training(status=decision.status), (runs, after(24)), rejection=refused)
    assert (due.status, due.actions, due.events) == (decision.status, (action,), ())


@pytest.mark.parametrize(("times", "wait"), [(1, 1), (2, 2), (6, 32), (7, 60), (1000, 60)])
def test_the_backoff_doubles_up_to_a_minute(times, wait):
    refused = refusal(StartTraining(1), times=times)
    assert decided(training(), ([passed()], after(20)), rejection=refused).requeue_at == after(20 + wait)


def test_a_retry_that_is_rejected_keeps_its_failure():
    runs = [passed(), train_run(signal=9)]
    seen = (runs, after(10)), (runs, after(20))
    decision = decided(training(), *seen, rejection=refusal(StartTraining(2)))
    assert (decision.status.failure.reason, decision.status.training.restarts) == (reasons.KILLED_BY_SIGNAL, 1)
    assert conditions(decision.status)["Training"] == ("False", "QuotaExceeded")


def test_what_is_always_rejected_fails():
    decision = decided(training(), ([passed()], after(20)), rejection=refusal(StartTraining(1), why=INVALID))
    assert (decision.status.phase, decision.actions, decision.requeue_at) == (Phase.FAILED, (), None)
    failure = decision.status.failure
    assert (failure.reason, failure.message, failure.hint) == (INVALID.reason, INVALID.message, INVALID.hint)
    fixed = training(2, decision.status, numSteps=200)
    assert decided(fixed, ([passed()], after(30)), rejection=refusal(StartTraining(1), why=INVALID)).actions == (
        StartValidation(2),
    )


@pytest.mark.parametrize(
    "refused",
    [refusal(StartTraining(1), generation=0), refusal(StartTraining(2)), refusal(StartValidation(1))],
    ids=["another spec", "another run", "another kind"],
)
def test_a_rejection_of_something_else_changes_nothing(refused):
    seen = [passed()], after(20)
    assert decided(training(), seen, rejection=refused) == decided(training(), seen)


def test_a_suspended_training_does_not_report_what_was_rejected():
    decision = decided(training(suspend=True), ([passed()], after(20)), rejection=refusal(StartTraining(1)))
    assert (decision.status.phase, decision.requeue_at, decision.status.reason) == (Phase.SUSPENDED, None, None)


def test_what_started_in_spite_of_a_rejection_is_followed():
    decision = decided(training(), ([passed(), train_run()], T0), rejection=refusal(StartTraining(1)))
    assert (decision.status.phase, decision.status.reason) == (Phase.TRAINING, None)


def test_a_result_that_is_rejected_keeps_the_status_of_the_training_and_its_other_actions():
    start, other = StartTraining(1), StartTraining(2)
    counted, failure = TrainingStatus(restarts=2), FailureStatus(reason="DataError", message="x")
    result = PolicyResult(
        phase=Phase.QUEUED, reason="Retrying", message="x", actions=(other, start), failure=failure, training=counted
    )
    context = ReconcileContext("pets", 1, 1, training().spec, Status(), (), Timer(after(20)), rejection=refusal(start))
    applied = apply(context, result)
    assert (applied.actions, applied.training, applied.failure) == ((other,), counted, failure)
    assert (applied.phase, applied.reason, applied.waiting) == (Phase.QUEUED, "QuotaExceeded", True)
