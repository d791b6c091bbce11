"""spec.trainer.startTimeoutSeconds: a pod that holds its GPUs and does not come to its first step."""

from __future__ import annotations

import pytest

from detector_operator.api import Phase, RetryClass
from detector_operator.reconcile.actions import CheckRun, StartTraining, StopRun
from detector_operator.reconcile.runs import ConditionReason, LogView, RunState
from detector_trainer.contract import reasons
from support.decisions import conditions, events, headline
from support.trainings import T0, after, at, decided, passed, termination_message, train_run, training

RESOURCE = training(trainer={"startTimeoutSeconds": 60})
STATES = [RunState.STARTING, RunState.RUNNING]


def seen(run, now):
    return [passed(), run], now


def starting(**facts):
    facts.setdefault("state", RunState.STARTING)
    return train_run(pod="pets-train-1-x", node="gpu-1", **facts)


def read(at_time, **facts):
    return LogView(read_at=at_time, attempted_at=at_time, **facts)


@pytest.mark.parametrize("state", STATES)
def test_at_the_limit_the_pod_is_read_before_anything_is_stopped(state):
    run = starting(state=state, log=read(after(30)))
    before = decided(RESOURCE, seen(run, T0), seen(run, after(59)))
    assert (before.actions, before.requeue_at) == ((), after(60))
    decision = decided(RESOURCE, seen(run, T0), seen(run, after(60)))
    assert decision.actions == (CheckRun(run),)
    assert decision.status.phase is (Phase.STARTING if state is RunState.STARTING else Phase.TRAINING)


LIMIT = "60 s (spec.trainer.startTimeoutSeconds)"
MESSAGES = {
    RunState.STARTING: f"The trainer did not start within {LIMIT} of the assignment of pod pets-train-1-x to node gpu-1: "
    "its init containers have not completed.",
    RunState.RUNNING: f"No step within {LIMIT} of the start of the trainer in pod pets-train-1-x on node gpu-1.",
}


@pytest.mark.parametrize("state", STATES)
def test_a_run_without_a_step_at_the_limit_is_stopped(state):
    run = starting(state=state, log=read(after(60)), log_tail=("Waiting for /data",))
    decision = decided(RESOURCE, seen(run, T0), seen(run, after(60)))
    assert decision.actions == (StopRun(run, reasons.START_TIMED_OUT),)
    assert [(stop.run, stop.reason) for stop in decision.status.stops] == [("train-1", reasons.START_TIMED_OUT)]
    assert (decision.status.phase, decision.status.reason) == (Phase.STARTING, reasons.START_TIMED_OUT)
    failure = decision.status.failure
    assert (failure.reason, failure.pod, failure.node) == (reasons.START_TIMED_OUT, "pets-train-1-x", "gpu-1")
    assert (failure.message, failure.log_tail) == (MESSAGES[state], ["Waiting for /data"])
    assert events(decision) == [("Warning", reasons.START_TIMED_OUT)]


def test_a_check_of_a_pod_that_has_not_started_finds_no_progress_line_and_does_not_put_off_the_limit():
    checked = starting(log=read(after(60), without_progress_since=after(60)))
    decision = decided(RESOURCE, seen(starting(), T0), seen(starting(), after(60)), seen(checked, after(60)))
    assert decision.actions == (StopRun(checked, reasons.START_TIMED_OUT),)


def test_what_the_pod_waits_for_is_in_the_message_and_the_hint():
    why = ConditionReason(reasons.VOLUME_NOT_MOUNTED, "Volume data cannot be mounted: timed out.", "Check the CSI driver.")
    run = starting(waiting=why, log=read(after(60)))
    failure = decided(RESOURCE, seen(run, T0), seen(run, after(60))).status.failure
    assert failure.message.endswith(" to node gpu-1: Volume data cannot be mounted: timed out.")
    assert failure.hint.startswith("Check the CSI driver, or raise the limit; ")


def test_the_wait_for_a_node_does_not_count():
    pending = train_run(state=RunState.PENDING, node=None)
    run = starting(log=read(after(5060)))
    before = seen(pending, T0), seen(pending, after(4000)), seen(starting(), after(5000))
    assert decided(RESOURCE, *before).requeue_at == after(5060)
    assert decided(RESOURCE, *before, seen(run, after(5059))).actions == ()
    assert decided(RESOURCE, *before, seen(run, after(5060))).actions == (StopRun(run, reasons.START_TIMED_OUT),)


def test_the_first_step_has_as_long_again_from_the_start_of_the_main_container():
    run = starting(state=RunState.RUNNING, log=read(after(110)))
    before = seen(starting(), T0), seen(run, after(50))
    assert decided(RESOURCE, *before).requeue_at == after(110)
    assert decided(RESOURCE, *before, seen(run, after(109))).actions == ()
    assert decided(RESOURCE, *before, seen(run, after(110))).actions == (StopRun(run, reasons.START_TIMED_OUT),)


def test_a_pod_that_a_queue_took_away_and_created_again_has_its_own_time():
    pending = train_run(state=RunState.PENDING, node=None)
    run = starting(log=read(after(109)))
    seen_before = seen(starting(), T0), seen(pending, after(40)), seen(starting(), after(50))
    assert decided(RESOURCE, *seen_before, seen(run, after(109))).actions == ()
    assert decided(RESOURCE, *seen_before).requeue_at == after(110)


@pytest.mark.parametrize("skew", [-1e9, 1e9], ids=["past", "future"])
def test_after_the_first_step_there_is_no_limit_any_more_whatever_time_it_names(skew):
    run = starting(state=RunState.RUNNING, progress=at(0, time=skew), log=read(after(100)))
    decision = decided(RESOURCE, seen(starting(), T0), seen(run, after(59)), seen(run, after(100)))
    assert (decision.status.phase, decision.actions) == (Phase.TRAINING, ())


def test_the_step_of_an_earlier_run_does_not_lift_the_limit_of_this_one():
    crashed = train_run(1, exit_code=70, progress=at(40))
    run = train_run(2, state=RunState.STARTING, log=read(after(70)))
    decision = decided(RESOURCE, ([passed(), crashed], T0), ([passed(), crashed, run], after(10)), ([crashed, run], after(70)))
    assert decision.actions == (StopRun(run, reasons.START_TIMED_OUT),)


def test_a_running_trainer_whose_log_cannot_be_read_is_not_stopped():
    error = "connection refused"
    run = starting(state=RunState.RUNNING, log=LogView(None, after(60), None, after(1), error))
    decision = decided(RESOURCE, seen(run, T0), seen(run, after(90)))
    assert (decision.status.phase, decision.status.reason, decision.actions) == (Phase.TRAINING, reasons.LOG_UNAVAILABLE, ())


def test_a_starting_pod_that_cannot_be_read_is_not_stopped_and_read_again_after_a_minute():
    run = starting(log=LogView(None, after(60), None, after(60), "connection refused"))
    decision = decided(RESOURCE, seen(run, T0), seen(run, after(119)))
    assert (decision.status.phase, decision.actions, decision.requeue_at) == (Phase.STARTING, (), after(120))
    assert decided(RESOURCE, seen(run, T0), seen(run, after(120))).actions == (CheckRun(run),)


def test_a_trainer_whose_log_has_no_progress_line_when_it_is_first_read_may_have_made_steps_before():
    rotated = after(5000)
    run = starting(state=RunState.RUNNING, log=read(rotated, without_progress_since=rotated))
    decision = decided(RESOURCE, seen(starting(), T0), seen(run, rotated))
    assert (decision.status.phase, decision.actions, decision.requeue_at) == (Phase.TRAINING, (), after(5060))


@pytest.mark.parametrize(
    "reason",
    [
        *(reasons.NODE_LOST, reasons.POD_DELETED, reasons.PREEMPTED),
        *(reasons.EVICTED, reasons.NODE_SHUT_DOWN, reasons.INTERRUPTED),
    ],
)
@pytest.mark.parametrize("state", STATES)
def test_a_pod_that_is_being_taken_away_or_whose_node_is_silent_is_not_judged(state, reason):
    run = starting(state=state, waiting=ConditionReason(reason, "It is being taken away."), log=read(after(5000)))
    decision = decided(RESOURCE, seen(run, T0), seen(run, after(5000)))
    assert (decision.actions, decision.status.failure, decision.status.reason) == ((), None, reason)


# What follows


@pytest.mark.parametrize(
    "reason",
    [
        *(reasons.IMAGE_NOT_PULLED, reasons.INVALID_IMAGE_NAME, reasons.CONTAINER_CANNOT_START),
        *(reasons.CONFIG_MAP_NOT_FOUND, reasons.SECRET_NOT_FOUND),
    ],
)
def test_an_image_or_reference_that_is_wrong_fails_because_another_run_would_hold_its_gpus_as_long(reason):
    run = starting(waiting=ConditionReason(reason, "It is wrong.", "Correct it."), log=read(after(60)))
    decision = decided(RESOURCE, seen(run, T0), seen(run, after(60)))
    assert (decision.status.phase, decision.status.reason) == (Phase.FAILED, reasons.START_TIMED_OUT)
    assert decision.actions == (StopRun(run, reasons.START_TIMED_OUT),)
    assert decision.status.failure.message.endswith(" to node gpu-1: It is wrong.")


def timed_out(**spec):
    """The resource and its status after its first run was stopped at the limit."""
    spec = {"trainer": {"startTimeoutSeconds": 60}, **spec}
    run = starting(log=read(after(60)))
    return spec, decided(training(**spec), seen(run, T0), seen(run, after(60))).status


def test_while_it_stops_nothing_else_starts_and_the_failure_stays():
    spec, status = timed_out()
    run = starting(stop_reason=reasons.START_TIMED_OUT, stopping=True)
    decision = decided(training(status=status, **spec), seen(run, after(61)))
    assert (decision.actions, headline(decision).message) == ((), "Waiting for pets-train-1 to stop.")
    assert decision.status.failure.reason == reasons.START_TIMED_OUT


ENDS = {
    "its Job is gone": None,
    "saved a checkpoint": {"exit_code": 75, "message": termination_message("Stopped")},
    "was killed": {"signal": 9},
    "SIGTERM": {"signal": 15},
}


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_a_run_that_was_stopped_at_the_limit_counts_as_a_retry_once_it_has_ended(end):
    spec, status = timed_out()
    runs = [passed()] if end is None else [passed(), starting(state=RunState.ENDED, stop_reason=reasons.START_TIMED_OUT, **end)]
    decision = decided(training(status=status, **spec), (runs, after(70)))
    training_status = decision.status.training
    assert (training_status.restarts, training_status.preemptions, training_status.end) == (1, 0, RetryClass.FAILED)
    assert (decision.status.phase, decision.status.reason) == (Phase.QUEUED, reasons.RETRYING)
    assert decision.status.failure.reason == reasons.START_TIMED_OUT
    assert decision.status.stops == []
    assert decided(training(status=decision.status, **spec), (runs, after(80))).actions == (StartTraining(2),)


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
def test_without_a_retry_left_it_fails_and_reports_why_it_was_stopped(end):
    spec, status = timed_out(retries=0)
    runs = [passed()] if end is None else [passed(), starting(state=RunState.ENDED, stop_reason=reasons.START_TIMED_OUT, **end)]
    decision = decided(training(status=status, **spec), (runs, after(70)))
    assert (decision.status.phase, conditions(decision.status)["Failed"]) == (Phase.FAILED, ("True", "RetriesExhausted"))
    assert (decision.status.failure, decision.status.reason) == (status.failure, reasons.START_TIMED_OUT)


def test_a_trainer_that_completed_although_it_was_stopped_has_succeeded():
    spec, status = timed_out()
    runs = [passed(), starting(exit_code=0, state=RunState.ENDED, stop_reason=reasons.START_TIMED_OUT)]
    assert decided(training(status=status, **spec), (runs, after(70))).status.phase is Phase.SUCCEEDED


def test_a_trainer_that_rejected_its_inputs_although_it_was_stopped_fails_with_its_own_message():
    spec, status = timed_out()
    end = {"exit_code": 65, "message": termination_message("DataError", "Record 3 is broken.")}
    runs = [passed(), starting(state=RunState.ENDED, stop_reason=reasons.START_TIMED_OUT, **end)]
    decision = decided(training(status=status, **spec), (runs, after(70)))
    assert (decision.status.phase, decision.status.failure.reason) == (Phase.FAILED, "DataError")


def test_a_log_that_is_rotated_while_it_runs_puts_off_the_limit_of_the_first_step():
    running = starting(state=RunState.RUNNING)
    rotated = starting(state=RunState.RUNNING, log=read(after(110), without_progress_since=after(50)))
    decision = decided(RESOURCE, seen(running, T0), seen(rotated, after(109)))
    assert (decision.actions, decision.requeue_at) == ((), after(110))
    assert decided(RESOURCE, seen(running, T0), seen(rotated, after(110))).actions == (StopRun(rotated, reasons.START_TIMED_OUT),)


@pytest.mark.parametrize(
    ("hint", "told"),
    [("Do this.", "Do this, or raise the limit; then set the annotation detector-training.io/retry to a new value."), ("", None)],
    ids=["a hint", "none"],
)
def test_the_hint_of_what_the_pod_waits_for_comes_first(hint, told):
    why = ConditionReason(reasons.VOLUME_NOT_MOUNTED, "Volume data cannot be mounted.", hint)
    run = starting(waiting=why, log=read(after(60)))
    assert decided(RESOURCE, seen(run, T0), seen(run, after(60))).status.failure.hint == told


@pytest.mark.parametrize(
    ("reason", "another_run"),
    [
        (reasons.IMAGE_NOT_PULLED, False),
        (reasons.INVALID_IMAGE_NAME, False),
        (reasons.CONFIG_MAP_NOT_FOUND, False),
        (reasons.SECRET_NOT_FOUND, False),
        (reasons.CONTAINER_CANNOT_START, False),
        (reasons.VOLUME_NOT_MOUNTED, True),
        (None, True),
    ],
)
def test_another_run_follows_unless_the_spec_has_to_change(reason, another_run):
    why = ConditionReason(reason, "It waits.", "Do this.") if reason else None
    run = starting(waiting=why, log=read(after(60)))
    decision = decided(RESOURCE, seen(run, T0), seen(run, after(60)))
    assert decision.status.phase is (Phase.STARTING if another_run else Phase.FAILED)
    assert decision.actions == (StopRun(run, reasons.START_TIMED_OUT),)
