"""The annotation detector-training.io/retry: try again what has failed, without a change of the spec."""

from __future__ import annotations

import pytest

from detector_operator.api import Phase
from detector_operator.reconcile.actions import StartTraining, StartValidation, StopRun
from detector_operator.reconcile.create_rejection import CreateRejection
from detector_operator.reconcile.retry_annotation import ANNOTATION, MAX_LENGTH
from detector_operator.reconcile.runs import ConditionReason
from detector_trainer.contract import reasons
from support.decisions import conditions, events
from support.trainings import T0, after, at, decided, passed, rejected, termination_message, train_run, training

CRASHED = [passed(), train_run(exit_code=70, progress=at(42, checkpoint=40))]


def annotated(value, status, generation=1, **spec):
    resource = training(generation, status, **spec)
    annotations = {ANNOTATION: value} if value is not None else {}
    return resource.model_copy(update={"metadata": resource.metadata.model_copy(update={"annotations": annotations})})


def failed(**spec):
    return decided(training(retries=0, **spec), (CRASHED, T0)).status


def test_a_failed_training_is_validated_again_and_then_started_again():
    first = decided(annotated("1", failed(), retries=0), ([], after(100)))
    assert (first.status.phase, first.actions) == (Phase.VALIDATING, (StartValidation(2),))
    assert (first.status.failure, first.status.reason, first.status.retry) == (None, None, "1")
    assert conditions(first.status)["Failed"] == ("False", "Waiting")
    assert ("Normal", reasons.RETRY_REQUESTED) in events(first)
    second = decided(annotated("1", first.status, retries=0), ([passed(2)], after(110)))
    assert (second.status.phase, second.actions) == (Phase.QUEUED, (StartTraining(2),))


def test_the_inputs_are_validated_again_also_while_the_job_of_the_run_that_failed_is_kept():
    decision = decided(annotated("1", failed(), retries=0), (CRASHED, after(100)))
    assert (decision.status.phase, decision.actions) == (Phase.VALIDATING, (StartValidation(2),))


def test_a_rejected_training_is_validated_again():
    status = decided(training(), ([rejected()], T0)).status
    decision = decided(annotated("1", status), ([rejected()], after(100)))
    assert (decision.status.phase, decision.actions) == (Phase.VALIDATING, (StartValidation(2),))
    assert (decision.status.validation.verdict, decision.status.validation.findings) == (None, [])
    assert decided(annotated("1", status), ([rejected()], after(100)), ([passed(2)], after(110))).actions == (StartTraining(1),)


def test_a_training_that_has_succeeded_is_never_started_again():
    runs = [passed(), train_run(exit_code=0)]
    status = decided(training(), (runs, T0)).status
    decision = decided(annotated("1", status), (runs, after(100)), (runs, after(101)))
    assert (decision.status.phase, decision.actions, decision.events) == (Phase.SUCCEEDED, (), ())
    assert decision.status.retry == "1"


def test_the_same_value_acts_once():
    again = decided(annotated("1", failed(), retries=0), ([], T0), ([passed(2)], after(10)))
    runs = [passed(2), train_run(2, exit_code=70)]
    decision = decided(annotated("1", again.status, retries=0), (runs, after(20)), (runs, after(30)))
    assert (decision.status.phase, decision.actions) == (Phase.FAILED, ())
    other = decided(annotated("2", decision.status, retries=0), ([], after(40)))
    assert (other.status.phase, other.actions) == (Phase.VALIDATING, (StartValidation(3),))


def test_a_value_that_was_set_before_it_failed_does_not_start_it_again():
    status = decided(annotated("1", None, retries=0), ([passed(), train_run()], T0)).status
    assert status.retry == "1"
    decision = decided(annotated("1", status, retries=0), (CRASHED, after(10)), (CRASHED, after(20)))
    assert (decision.status.phase, decision.actions) == (Phase.FAILED, ())


@pytest.mark.parametrize("value", [None, ""], ids=["none", "an empty one"])
def test_without_a_value_a_failure_stays(value):
    status = failed()
    decision = decided(annotated(value, status, retries=0), (CRASHED, after(10)))
    assert (decision.status, decision.actions) == (status, ())


@pytest.mark.parametrize("odd", ["\x1b[1m", "a\r", "\0", "1\n2"])
def test_a_value_that_nobody_can_print_acts_once(odd):
    decision = decided(annotated(odd, failed(), retries=0), ([], T0))
    assert decision.status.phase is Phase.VALIDATING
    runs = [passed(2), train_run(2, exit_code=70)]
    status = decided(annotated(odd, decision.status, retries=0), ([passed(2)], T0), (runs, after(20))).status
    assert decided(annotated(odd, status, retries=0), (runs, after(30))).status.phase is Phase.FAILED


def test_a_long_value_is_cut_in_the_status_and_acts_once():
    value = "x" * 1000
    decision = decided(annotated(value, failed(), retries=0), ([], T0))
    assert decision.status.retry == "x" * MAX_LENGTH
    runs = [passed(2), train_run(2, exit_code=70)]
    status = decided(annotated(value, decision.status, retries=0), ([passed(2)], T0), (runs, after(20))).status
    assert decided(annotated(value, status, retries=0), (runs, after(30))).status.phase is Phase.FAILED


def test_restarts_preemptions_and_the_deadline_begin_again_and_the_checkpoint_stays():
    spec = {"retries": 1, "activeDeadlineSeconds": 600}
    runs = [
        passed(),
        train_run(1, exit_code=75, progress=at(42, checkpoint=40)),
        train_run(2, exit_code=70),
        train_run(3, exit_code=70),
    ]
    status = decided(training(**spec), (runs, T0)).status
    assert (status.phase, status.training.restarts, status.training.preemptions) == (Phase.FAILED, 1, 1)
    again = decided(annotated("1", status, **spec), ([], after(10_000))).status.training
    assert (again.restarts, again.preemptions, again.start_time) == (0, 0, None)
    assert (again.step, again.last_checkpoint_step, again.progress, again.attempt) == (42, 40, "42/100", 3)


def test_deciding_again_before_the_status_was_written_changes_nothing():
    resource = annotated("1", failed(), retries=0)
    assert decided(resource, ([], after(10))) == decided(resource, ([], after(10)))
    assert decided(resource, ([], after(10)), ([], after(10))).actions == (StartValidation(2),)


def test_a_run_that_still_stops_is_waited_for_and_its_end_is_not_counted():
    run = train_run(progress=at(42, checkpoint=40))
    spec = {"activeDeadlineSeconds": 60, "validation": {"policy": "Skip"}}
    status = decided(training(**spec), ([run], T0), ([run], after(60))).status
    stopping = train_run(stop_reason=reasons.DEADLINE_EXCEEDED, stopping=True)
    again = decided(annotated("1", status, **spec), ([stopping], after(70)))
    assert (again.status.phase, again.actions) == (Phase.QUEUED, ())
    assert [stop.run for stop in again.status.stops] == ["train-1"]
    ended = train_run(exit_code=75, stop_reason=reasons.DEADLINE_EXCEEDED)
    for runs in ([ended], []):
        decision = decided(annotated("1", again.status, **spec), (runs, after(80)))
        assert (decision.status.training.preemptions, decision.actions) == (0, (StartTraining(2),))


def test_a_suspended_spec_does_not_start_because_of_it():
    status = failed()
    decision = decided(annotated("1", status, 2, retries=0, suspend=True), ([], after(10)))
    assert (decision.status.phase, decision.actions) == (Phase.SUSPENDED, ())
    resumed = decided(annotated("1", decision.status, 3, retries=0), ([], after(20)))
    assert resumed.actions == (StartValidation(2),)


def test_every_failure_that_needs_it_names_the_annotation():
    run = train_run(log_tail=("x",))
    status = decided(training(activeDeadlineSeconds=60), ([passed(), run], T0), ([passed(), run], after(60))).status
    assert f"set the annotation {ANNOTATION} to a new value" in status.failure.hint


def test_a_run_that_was_started_and_never_reported_is_stopped_as_any_that_outlives_the_end():
    stray = train_run(2)
    decision = decided(training(status=failed(), retries=0), ([*CRASHED, stray], after(10)))
    assert (decision.status.phase, decision.actions) == (Phase.FAILED, (StopRun(stray, reasons.RETRIES_EXHAUSTED),))


def test_the_message_of_the_event_names_the_value():
    decision = decided(annotated("2024-05-01", failed(), retries=0), ([], T0))
    (event,) = (event for event in decision.events if event.reason == reasons.RETRY_REQUESTED)
    assert event.message == f"Retrying: annotation {ANNOTATION} is 2024-05-01."


def test_a_retry_after_inputs_that_were_rejected_by_the_trainer_forgets_their_fingerprint():
    runs = [passed(), train_run(exit_code=65, message=termination_message("InputsChanged"))]
    status = decided(training(), (runs, T0)).status
    again = decided(annotated("1", status), ([], after(10))).status.validation
    assert (again.verdict, again.inputs_fingerprint, again.attempt, again.counted) == (None, None, 1, 1)


def test_what_the_api_server_rejected_is_requested_again():
    refused = CreateRejection(
        StartValidation(1), 1, ConditionReason(reasons.INVALID_SPEC, "The API server rejects Job pets-validate-1."), 1, T0
    )
    status = decided(training(), ([], T0), rejection=refused).status
    assert status.phase is Phase.FAILED
    decision = decided(annotated("1", status), ([], after(100)), rejection=refused)
    assert (decision.status.phase, decision.actions) == (Phase.VALIDATING, (StartValidation(1),))


def test_a_hundred_characters_of_the_annotation_are_kept():
    assert MAX_LENGTH == 100
