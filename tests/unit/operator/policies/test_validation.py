"""spec.validation: nothing trains before the verdict."""

from __future__ import annotations

import pytest

from detector_operator.api import ConditionType, Phase, RetryClass
from detector_operator.reconcile.actions import CreateConfigMap, StartTraining, StartValidation, StopRun
from detector_operator.reconcile.runs import ConditionReason, RunState
from detector_trainer.contract import TerminationMessage, ValidationSummary, Verdict, reasons
from support.decisions import conditions, headline
from support.trainings import T0, after, decided, passed, rejected, train_run, training, validate_run


def pending(**facts):
    return validate_run(state=RunState.PENDING, node=None, **facts)


def gone(attempt):
    """A validation whose end nobody saw: its node went away."""
    return validate_run(attempt, state=RunState.ENDED)


# Before the verdict


def test_a_new_resource_is_validated_first():
    decision = decided(training(), ([], T0))
    assert decision.actions == (StartValidation(1),)
    assert (decision.status.phase, headline(decision).message) == (
        Phase.VALIDATING,
        "Waiting for Job pets-validate-1 to start.",
    )
    assert conditions(decision.status) == {
        "Validated": ("Unknown", "Validating"),
        "Training": ("False", "Waiting"),
        "Reconciling": ("True", "Waiting"),
    }


def test_nothing_starts_while_the_inputs_are_validated():
    decision = decided(training(), ([validate_run()], after(5)))
    assert (decision.status.phase, decision.actions) == (Phase.VALIDATING, ())
    assert headline(decision).message == "Validating inputs (Job pets-validate-1)."


@pytest.mark.parametrize("state", [RunState.PENDING, RunState.STARTING])
def test_a_validation_that_has_not_started_is_waited_for(state):
    decision = decided(training(), ([validate_run(state=state)], after(5)))
    assert (decision.status.phase, decision.actions) == (Phase.VALIDATING, ())
    assert (headline(decision).reason, headline(decision).message) == ("Waiting", "Waiting for Job pets-validate-1 to start.")


def test_what_a_validation_waits_for_is_the_headline_and_the_reason():
    no_gpu = ConditionReason(reasons.UNSCHEDULABLE, "No node takes it: 2 Insufficient cpu.", "Add a node.")
    decision = decided(training(), ([pending()], T0), ([pending(waiting=no_gpu)], after(10)))
    assert (decision.status.phase, decision.status.reason) == (Phase.VALIDATING, "Unschedulable")
    assert headline(decision).message == "No node takes it: 2 Insufficient cpu. Add a node."


@pytest.mark.parametrize(
    ("source", "actions"),
    [
        ({"inline": "model {}"}, (CreateConfigMap(),)),
        ({"path": "p.config"}, ()),
        ({"configMapKeyRef": {"name": "ours", "key": "k"}}, ()),
    ],
    ids=["inline", "path", "a ConfigMap of the user"],
)
def test_the_config_map_of_an_inline_config_is_created_again_while_the_validation_waits_for_it(source, actions):
    why = ConditionReason(reasons.CONFIG_MAP_NOT_FOUND, "ConfigMap pets does not exist.")
    run = validate_run(state=RunState.STARTING, waiting=why)
    decision = decided(training(pipelineConfig=source), ([run], T0), ([run], after(10)))
    assert (decision.status.reason, decision.actions) == (reasons.CONFIG_MAP_NOT_FOUND, actions)


# Verdicts


def test_a_pass_starts_the_training():
    decision = decided(training(), ([passed()], after(11)))
    assert decision.actions == (StartTraining(1),)
    assert decision.status.phase is Phase.QUEUED
    assert conditions(decision.status)["Validated"] == ("True", "ValidationPassed")
    validated = decision.status.condition(ConditionType.VALIDATED)
    assert validated.message == "Validation passed: 1,000 records, 0 errors, 0 warnings."


def test_a_pass_with_a_warning_counts_it():
    summary = ValidationSummary(verdict=Verdict.PASS, warnings=1)
    run = validate_run(exit_code=0, message=TerminationMessage(reason="ValidationPassed", message="", validation=summary))
    validated = decided(training(), ([run], T0)).status.condition(ConditionType.VALIDATED)
    assert validated.message == "Validation passed: 0 errors, 1 warning."


def test_the_verdict_outlives_its_run():
    decision = decided(training(), ([passed()], after(11)), ([], after(12)))
    assert decision.status.validation.verdict is Verdict.PASS
    assert decision.actions == (StartTraining(1),)


def test_a_verdict_that_was_lost_with_its_pod_does_not_end_the_training_it_let_start():
    decision = decided(training(), ([validate_run(exit_code=0), train_run()], after(30)))
    assert (decision.status.phase, decision.actions) == (Phase.TRAINING, ())
    assert (decision.status.validation.verdict, decision.status.validation.end) == (Verdict.PASS, None)
    assert conditions(decision.status)["Validated"] == ("True", "ValidationPassed")
    validated = decision.status.condition(ConditionType.VALIDATED)
    assert validated.message == "Validated before the Job of the training was created."


def test_a_lost_verdict_that_a_training_proves_stays_known_when_that_run_is_gone():
    crashed = train_run(exit_code=70)
    decision = decided(training(), ([train_run()], T0), ([crashed], after(10)), ([], after(30)))
    assert decision.actions == (StartTraining(2),)


def test_a_run_that_may_have_been_started_on_other_inputs_proves_no_verdict():
    run = train_run(exit_code=75, proves_verdict=False)
    decision = decided(training(), ([run], T0))
    assert (decision.status.phase, decision.actions) == (Phase.VALIDATING, (StartValidation(1),))


def test_a_reject_rejects_and_starts_nothing():
    decision = decided(training(), ([rejected(errors=3)], after(11)))
    assert (decision.status.phase, decision.actions) == (Phase.REJECTED, ())
    assert decision.status.reason == decision.status.failure.reason == reasons.VALIDATION_REJECTED
    assert decision.status.failure.message == "labels.pbtxt:2: Item 'cat' has id 0. And 2 more errors."
    assert decision.status.failure.hint == "Number the items from 1."
    assert conditions(decision.status) == {
        "Validated": ("False", "ValidationRejected"),
        "Training": ("False", "ValidationRejected"),
        "Failed": ("True", "ValidationRejected"),
        "Reconciling": ("False", "ValidationRejected"),
        "Stalled": ("True", "ValidationRejected"),
    }


@pytest.mark.parametrize(("errors", "more"), [(1, ""), (2, " And 1 more error."), (3, " And 2 more errors.")])
def test_a_rejection_names_the_first_error_and_counts_the_others(errors, more):
    failure = decided(training(), ([rejected(errors=errors)], T0)).status.failure
    assert failure.message == f"labels.pbtxt:2: Item 'cat' has id 0.{more}"


def test_a_rejection_whose_findings_did_not_fit_refers_to_the_report():
    summary = ValidationSummary(verdict=Verdict.REJECT, errors=1)
    run = validate_run(exit_code=1, message=TerminationMessage(reason="ValidationRejected", message="", validation=summary))
    assert decided(training(), ([run], T0)).status.failure.message == "Validation failed; see the report."


def test_with_policy_warn_a_rejected_resource_trains_all_the_same():
    decision = decided(training(validation={"policy": "Warn"}), ([rejected()], after(11)))
    assert decision.actions == (StartTraining(1),)
    assert conditions(decision.status)["Validated"] == ("False", "ValidationRejected")
    assert [event.type for event in decision.events if event.reason == "ValidationRejected"] == ["Warning"]


def test_with_policy_skip_nothing_is_validated():
    decision = decided(training(validation={"policy": "Skip"}), ([], T0))
    assert decision.actions == (StartTraining(1),)
    assert conditions(decision.status)["Validated"] == ("Unknown", "ValidationSkipped")


# No verdict


@pytest.mark.parametrize("exit_code", [0, 1, 2])
def test_a_validation_that_exits_without_a_verdict_fails_with_its_last_lines_and_is_not_run_again(exit_code):
    decision = decided(training(), ([validate_run(exit_code=exit_code, log_tail=("boom",))], after(11)))
    assert (decision.status.phase, decision.actions) == (Phase.FAILED, ())
    assert (decision.status.failure.reason, decision.status.failure.log_tail) == (reasons.VALIDATION_FAILED, ["boom"])
    assert conditions(decision.status)["Validated"] == ("False", "ValidationFailed")
    validated = decision.status.condition(ConditionType.VALIDATED)
    assert validated.message == "Validation (Job pets-validate-1) ended without a verdict."


def test_with_policy_warn_a_validation_without_a_verdict_does_not_hold_up_the_training():
    decision = decided(training(validation={"policy": "Warn"}), ([validate_run(exit_code=2)], after(11)))
    assert decision.actions == (StartTraining(1),)
    assert conditions(decision.status)["Validated"] == ("False", "ValidationFailed")


def test_a_validation_that_was_killed_is_run_again_after_a_backoff():
    runs = [validate_run(signal=9)]
    waiting = decided(training(), (runs, after(10)), (runs, after(19)))
    assert (waiting.actions, waiting.requeue_at) == ((), after(20))
    assert (waiting.status.phase, waiting.status.reason) == (Phase.VALIDATING, reasons.RETRYING)
    assert headline(waiting).message.endswith("The inputs will be validated again.")
    assert decided(training(), (runs, after(10)), (runs, after(20))).actions == (StartValidation(2),)


def test_a_second_validation_that_runs_ends_the_talk_of_the_first():
    runs = [validate_run(signal=9)]
    decision = decided(training(), (runs, after(10)), ([*runs, validate_run(2)], after(21)))
    assert conditions(decision.status)["Validated"] == ("Unknown", "Validating")
    assert (decision.status.reason, headline(decision).reason) == (None, "Validating")


def test_a_validation_that_crashes_again_and_again_fails():
    runs = [validate_run(attempt, signal=9) for attempt in (1, 2)]
    assert decided(training(retries=2), (runs, T0)).status.phase is Phase.VALIDATING
    decision = decided(training(retries=1), (runs, T0))
    assert (decision.status.phase, decision.status.failure.reason) == (Phase.FAILED, reasons.VALIDATION_FAILED)


def test_crashes_stay_counted_when_their_jobs_are_gone():
    status = decided(training(), ([validate_run(1, signal=9)], T0)).status
    assert status.validation.crashes == 1
    decision = decided(training(status=status, retries=1), ([validate_run(2, signal=9)], after(30)))
    assert (decision.status.phase, decision.status.validation.crashes) == (Phase.FAILED, 2)


def test_a_validation_whose_node_went_away_is_not_counted_and_each_interruption_doubles_the_wait():
    runs = [gone(attempt) for attempt in (1, 2, 3)]
    resource = training(retries=0)
    waiting = decided(resource, (runs, after(10)), (runs, after(49)))
    assert (waiting.status.phase, waiting.actions, waiting.requeue_at) == (Phase.VALIDATING, (), after(50))
    assert waiting.status.validation.interruptions == 3
    assert decided(resource, (runs, after(10)), (runs, after(50))).actions == (StartValidation(4),)


def test_crashes_do_not_lengthen_the_wait_after_an_interruption_nor_interruptions_that_after_a_crash():
    interrupted = [validate_run(1, signal=9), validate_run(2, signal=9), gone(3)]
    assert decided(training(), (interrupted, after(10))).requeue_at == after(20)
    crashed = [gone(1), gone(2), validate_run(3, signal=9)]
    assert decided(training(), (crashed, after(10))).requeue_at == after(20)


def test_a_validation_that_was_preempted_is_run_again_after_a_backoff_and_reports_why():
    runs = [validate_run(signal=9, cause=ConditionReason(reasons.PREEMPTED, "It was preempted."))]
    waiting = decided(training(retries=0), (runs, after(10)), (runs, after(19)))
    assert (waiting.actions, waiting.requeue_at, waiting.status.failure.reason) == ((), after(20), "Preempted")
    assert decided(training(retries=0), (runs, after(10)), (runs, after(20))).actions == (StartValidation(2),)


def test_a_validation_without_memory_fails_by_that_name():
    run = validate_run(signal=9, cause=ConditionReason(reasons.OOM_KILLED, "It needed more than 4Gi."))
    decision = decided(training(retries=0), ([run], after(20)))
    assert (decision.status.phase, decision.status.failure.reason) == (Phase.FAILED, reasons.OOM_KILLED)


def test_a_validation_that_was_deleted_is_run_again_after_a_backoff():
    resource = training(retries=0)
    lost = decided(resource, ([validate_run()], T0), ([], after(10)))
    assert (lost.status.phase, lost.status.reason, lost.actions) == (Phase.VALIDATING, reasons.RETRYING, ())
    assert (lost.status.failure.reason, lost.status.failure.message) == (reasons.JOB_DELETED, "Job pets-validate-1 was deleted.")
    assert (lost.status.validation.end, lost.requeue_at) == (RetryClass.INTERRUPTED, after(20))
    assert decided(resource, ([validate_run()], T0), ([], after(10)), ([], after(20))).actions == (StartValidation(2),)


def test_a_validation_that_was_stopped_and_vanished_is_run_again_without_a_backoff_and_not_counted():
    status = decided(training(suspend=True), ([validate_run()], T0)).status
    assert [stop.run for stop in status.stops] == ["validate-1"]
    resumed = decided(training(2, status), ([], after(10)))
    assert resumed.actions == (StartValidation(2),)
    assert (resumed.status.validation.interruptions, resumed.status.failure) == (None, None)
    assert resumed.status.validation.end is RetryClass.STOPPED


def test_a_validation_that_still_stops_is_waited_for_and_its_stop_is_repeated_until_it_is_requested():
    run = validate_run(stop_reason=reasons.SUSPENDED)
    decision = decided(training(), ([run], T0))
    assert (decision.status.phase, decision.actions) == (Phase.VALIDATING, (StopRun(run, reasons.SUSPENDED),))
    assert headline(decision).message == "Waiting for pets-validate-1 to stop."
    stopping = validate_run(stop_reason=reasons.SUSPENDED, stopping=True)
    assert decided(training(), ([stopping], T0)).actions == ()


# spec.validation.timeoutSeconds

IN_60_S = {"validation": {"timeoutSeconds": 60}}


def test_a_validation_that_takes_too_long_is_stopped_and_fails():
    run = validate_run(pod="pets-validate-1-x", log_tail=("reading",))
    assert decided(training(**IN_60_S), ([run], T0), ([run], after(59))).status.phase is Phase.VALIDATING
    decision = decided(training(**IN_60_S), ([run], T0), ([run], after(60)))
    assert decision.actions == (StopRun(run, reasons.VALIDATION_TIMED_OUT),)
    assert [(stop.run, stop.reason) for stop in decision.status.stops] == [("validate-1", reasons.VALIDATION_TIMED_OUT)]
    failure = decision.status.failure
    assert (decision.status.phase, failure.reason) == (Phase.FAILED, reasons.VALIDATION_TIMED_OUT)
    expected = "Validation (Job pets-validate-1) was not complete after 60 s (spec.validation.timeoutSeconds)."
    assert (failure.message, failure.pod, failure.log_tail) == (expected, "pets-validate-1-x", ["reading"])


def test_the_time_in_which_a_validation_waits_for_its_node_and_image_does_not_count():
    run, starting = validate_run(), validate_run(state=RunState.STARTING)
    seen = ([pending()], T0), ([starting], after(100)), ([run], after(200))
    assert decided(training(**IN_60_S), *seen).requeue_at == after(260)
    assert decided(training(**IN_60_S), *seen, ([run], after(259))).status.phase is Phase.VALIDATING
    assert decided(training(**IN_60_S), *seen, ([run], after(260))).status.phase is Phase.FAILED


def test_with_policy_warn_a_validation_that_takes_too_long_ends_before_the_training_starts():
    resource = training(validation={"timeoutSeconds": 60, "policy": "Warn"})
    run = validate_run()
    seen = ([run], T0), ([run], after(60))
    late = decided(resource, *seen)
    assert (late.status.phase, late.actions) == (Phase.VALIDATING, (StopRun(run, reasons.VALIDATION_TIMED_OUT),))
    stopping = validate_run(stop_reason=reasons.VALIDATION_TIMED_OUT, stopping=True)
    assert decided(resource, *seen, ([stopping], after(61))).actions == ()
    ended = validate_run(stop_reason=reasons.VALIDATION_TIMED_OUT, signal=15)
    assert decided(resource, *seen, ([ended], after(70))).actions == (StartTraining(1),)
    assert decided(resource, *seen, ([], after(70))).actions == (StartTraining(1),), "its Job is gone"


def test_a_validation_that_the_kubelet_ended_at_its_time_limit_while_no_operator_ran_ends_the_same():
    run = validate_run(signal=15, stop_reason=reasons.VALIDATION_TIMED_OUT)
    decision = decided(training(**IN_60_S), ([run], after(5000)))
    assert (decision.status.phase, decision.status.failure.reason) == (Phase.FAILED, reasons.VALIDATION_TIMED_OUT)


def test_a_validation_that_ran_into_its_time_limit_is_not_reported_with_the_failure_of_an_earlier_one():
    first = validate_run(1, signal=9, cause=ConditionReason(reasons.OOM_KILLED, "It needed more than 4Gi."))
    second = validate_run(2, signal=15, stop_reason=reasons.VALIDATION_TIMED_OUT)
    decision = decided(training(**IN_60_S), ([first], T0), ([first, second], after(5000)))
    assert (decision.status.phase, decision.status.failure.reason) == (Phase.FAILED, reasons.VALIDATION_TIMED_OUT)


@pytest.mark.parametrize(("wanted", "phase", "fails"), [("Enforce", Phase.FAILED, True), ("Warn", Phase.VALIDATING, False)])
def test_a_validation_that_takes_too_long_fails_the_training_only_where_it_is_enforced(wanted, phase, fails):
    run = validate_run(pod="p", node="n", log_tail=("record 7",))
    resource = training(validation={"policy": wanted, "timeoutSeconds": 60})
    early, decision = (decided(resource, ([run], T0), ([run], after(seconds))) for seconds in (59, 60))
    assert (early.actions, early.requeue_at) == ((), after(60))
    assert decision.actions == (StopRun(run, reasons.VALIDATION_TIMED_OUT),)
    assert (decision.status.phase, headline(decision).reason) == (phase, reasons.VALIDATION_TIMED_OUT)
    failure = decision.status.failure
    assert (failure is not None) is fails
    if failure is not None:
        assert (failure.reason, failure.pod, failure.node, failure.log_tail) == (
            reasons.VALIDATION_TIMED_OUT,
            *("p", "n", ["record 7"]),
        )
        assert "was not complete after 60 s (spec.validation.timeoutSeconds)" in failure.message
        assert failure.hint
