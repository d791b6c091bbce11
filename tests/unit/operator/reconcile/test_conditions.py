"""The conditions that follow from an outcome."""

from __future__ import annotations

import pytest

from detector_operator.api import ConditionType, Phase
from detector_operator.reconcile.runs import ConditionReason, RunState
from detector_trainer.contract import reasons
from support.decisions import conditions
from support.trainings import T0, after, decided, passed, rejected, train_run, training, validate_run

SUCCEEDED = [passed(), train_run(exit_code=0)]
FAILED = [passed(), train_run(exit_code=65)]

# What machines read: (resource, runs, Training, Succeeded, Failed, Reconciling, Stalled); None where it is left out
PHASES = {
    "Validating": ({}, [validate_run()], "False", None, None, "True", None),
    "Queued": ({}, [passed()], "False", None, None, "True", None),
    "Starting": ({}, [passed(), train_run(state=RunState.STARTING)], "False", None, None, "True", None),
    "Training": ({}, [passed(), train_run()], "True", None, None, "True", None),
    "Suspended": ({"suspend": True}, [passed()], "False", None, None, "False", None),
    "Succeeded": ({}, SUCCEEDED, "False", "True", None, "False", None),
    "Failed": ({}, FAILED, "False", None, "True", "False", "True"),
    "Rejected": ({}, [rejected()], "False", None, "True", "False", "True"),
}


@pytest.mark.parametrize(("phase", "given"), PHASES.items(), ids=PHASES)
def test_the_conditions_of_each_phase(phase, given):
    spec, runs, *expected = given
    status = decided(training(**spec), (runs, T0)).status
    truths = {condition.type.value: condition.status for condition in status.conditions}
    names = ("Training", "Succeeded", "Failed", "Reconciling", "Stalled")
    assert (status.phase.value, [truths.get(name) for name in names]) == (phase, expected)


def test_what_did_not_happen_is_left_out_until_it_has_been_true_once():
    failed = decided(training(), (FAILED, T0)).status
    assert "Succeeded" not in conditions(failed)
    again = decided(training(2, failed, numSteps=200), (FAILED, after(10))).status
    assert (conditions(again)["Failed"][0], conditions(again)["Stalled"][0]) == ("False", "False")


def test_they_are_in_the_order_of_their_types():
    status = decided(training(), (FAILED, T0)).status
    order = list(ConditionType)
    assert [condition.type for condition in status.conditions] == sorted(
        (condition.type for condition in status.conditions), key=order.index
    )


def test_every_condition_has_the_generation_it_was_decided_for():
    first = decided(training(), ([passed(), train_run()], after(20))).status
    second = decided(training(2, first), ([], after(30))).status
    assert {condition.observed_generation for condition in second.conditions} == {2}


def test_a_transition_time_moves_only_with_the_status_of_its_condition():
    second = decided(training(), ([], T0), ([passed()], after(11))).status
    times = {condition.type.value: condition.last_transition_time for condition in second.conditions}
    assert times == {"Validated": after(11), "Training": T0, "Reconciling": T0}


def test_the_headline_has_the_reason_and_the_message_of_the_phase():
    why = ConditionReason(reasons.IMAGE_NOT_PULLED, "Image x cannot be pulled.", "Correct it.")
    run = train_run(state=RunState.STARTING, waiting=why)
    status = decided(training(), ([passed(), run], T0), ([passed(), run], after(10))).status
    assert status.phase is Phase.STARTING
    for kind in (ConditionType.TRAINING, ConditionType.RECONCILING):
        condition = status.condition(kind)
        assert (condition.reason, condition.message) == ("ImageNotPulled", "Image x cannot be pulled. Correct it.")


def test_a_validation_that_was_not_requested_is_unknown_whatever_trains():
    status = decided(training(validation={"policy": "Skip"}), ([train_run()], T0)).status
    assert conditions(status)["Validated"] == ("Unknown", "ValidationSkipped")
