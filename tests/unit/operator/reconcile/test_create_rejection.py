"""Which rejections are the same request, and which would never be accepted."""

from __future__ import annotations

from dataclasses import replace

from detector_operator.reconcile.actions import StartTraining, StartValidation
from detector_operator.reconcile.create_rejection import CreateRejection
from detector_operator.reconcile.runs import ConditionReason
from support.trainings import T0, after

REJECTION = CreateRejection(StartTraining(1), 1, ConditionReason("QuotaExceeded", "exceeded quota few"), 1, T0)


def test_a_repeated_request_is_equal_whatever_the_answer_and_its_time():
    assert (
        replace(REJECTION, cause=ConditionReason("JobNotCreated", "no"), attempts=2, time=after(5)).request == REJECTION.request
    )
    for changed in ({"action": StartTraining(2)}, {"action": StartValidation(1)}, {"generation": 2}, {"retry": "1"}):
        assert replace(REJECTION, **changed).request != REJECTION.request


def test_only_an_invalid_spec_is_final():
    assert not REJECTION.final
    assert replace(REJECTION, cause=ConditionReason("InvalidSpec", "Invalid value")).final
