"""A changed spec: the runs of the earlier one end before one of this spec starts."""

from __future__ import annotations

from detector_operator.api import Phase
from detector_operator.reconcile.actions import StartTraining, StartValidation, StopRun
from detector_operator.reconcile.runs import ConditionReason
from detector_trainer.contract import reasons
from support.decisions import conditions, headline
from support.trainings import T0, after, decided, passed, train_run, training

CHANGED = {"generation": 2, "numSteps": 200}


def trained():
    return decided(training(), ([passed(), train_run()], after(20))).status


def test_a_changed_spec_stops_the_runs_of_the_earlier_one_and_waits_for_them():
    run = train_run()
    decision = decided(training(status=trained(), **CHANGED), ([passed(), run], after(30)))
    assert (decision.status.phase, decision.actions) == (Phase.PENDING, (StopRun(run, reasons.SPEC_CHANGED),))
    assert headline(decision).message == "The spec has changed. Waiting for pets-train-1 to stop."
    assert [(stop.run, stop.reason) for stop in decision.status.stops] == [("train-1", reasons.SPEC_CHANGED)]


def test_the_stop_is_repeated_until_it_is_requested():
    asked = train_run(stop_reason=reasons.SPEC_CHANGED)
    resource = training(status=trained(), **CHANGED)
    assert decided(resource, ([passed(), asked], after(30))).actions == (StopRun(asked, reasons.SPEC_CHANGED),)
    stopping = train_run(stop_reason=reasons.SPEC_CHANGED, stopping=True)
    decision = decided(resource, ([passed(), asked], after(30)), ([passed(), stopping], after(31)))
    assert (decision.status.phase, decision.actions) == (Phase.PENDING, ())
    assert [stop.run for stop in decision.status.stops] == ["train-1"]


def test_a_lost_node_that_keeps_a_run_from_stopping_is_named():
    lost = ConditionReason(reasons.NODE_LOST, "Node gpu-1 does not answer.", "Restart it, or delete the Node.")
    run = train_run(stop_reason=reasons.SPEC_CHANGED, stopping=True, waiting=lost)
    message = headline(decided(training(status=trained(), **CHANGED), ([passed(), run], after(30)))).message
    assert message.endswith("Waiting for pets-train-1 to stop. Node gpu-1 does not answer. Restart it, or delete the Node.")


def test_once_they_are_gone_the_changed_spec_is_validated_and_the_stop_is_forgotten():
    stopping = decided(training(status=trained(), **CHANGED), ([passed(), train_run()], after(30))).status
    for runs in ([passed(), train_run(exit_code=75, stop_reason=reasons.SPEC_CHANGED)], [passed()]):
        decision = decided(training(status=stopping, **CHANGED), (runs, after(40)))
        assert (decision.status.phase, decision.actions) == (Phase.VALIDATING, (StartValidation(2),))
        assert (decision.status.stops, decision.status.failure) == ([], None)


def test_a_changed_spec_is_a_new_attempt_with_new_names_and_counts():
    runs = [passed(), train_run(exit_code=65)]
    failed = decided(training(), (runs, after(20))).status
    decision = decided(training(status=failed, **CHANGED), (runs, after(30)))
    assert decision.actions == (StartValidation(2),)
    assert (decision.status.failure, decision.status.validation.verdict, decision.status.training.step) == (None, None, None)
    assert conditions(decision.status)["Failed"] == ("False", "Waiting")
    runs = [*runs, passed(2, generation=2)]
    assert decided(training(status=decision.status, **CHANGED), (runs, after(40))).actions == (StartTraining(2),)


def test_the_runs_of_an_earlier_resource_of_this_name_end_first_and_keep_their_numbers():
    left = train_run(3, generation=0)
    decision = decided(training(), ([left], after(20)))
    assert (decision.status.phase, decision.actions) == (Phase.PENDING, (StopRun(left, reasons.SPEC_CHANGED),))
    ended = train_run(3, generation=0, exit_code=75)
    assert decided(training(), ([left], T0), ([ended, passed()], after(30))).actions == (StartTraining(4),)
    assert decided(training(), ([ended, passed()], after(30))).actions == (StartTraining(4),)


def test_runs_of_an_earlier_spec_that_the_status_never_saw_keep_their_numbers_too():
    runs = [passed(3), train_run(5, exit_code=75)]
    resource = training(status=trained(), **CHANGED)
    assert decided(resource, (runs, after(20))).actions == (StartValidation(4),)
    validated = [*runs, passed(4, generation=2)]
    assert decided(resource, (runs, after(20)), (validated, after(30))).actions == (StartTraining(6),)
