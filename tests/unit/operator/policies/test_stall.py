"""spec.stallTimeoutSeconds: no step for too long, as far as the log could be read."""

from __future__ import annotations

import pytest

from detector_operator.api import FailureStatus, Phase, Status
from detector_operator.policies.stall import MARGIN, failure_of
from detector_operator.reconcile.actions import CheckRun, StopRun
from detector_operator.reconcile.context import ReconcileContext
from detector_operator.reconcile.runs import ConditionReason, LogView, RunState
from detector_operator.reconcile.timer import Timer
from detector_trainer.contract import reasons
from support.decisions import headline
from support.trainings import T0, after, at, decided, passed, termination_message, train_run, training

RESOURCE = training(stallTimeoutSeconds=60)
LIMIT = after(60 + MARGIN.total_seconds())
"""For a step that was first observed at the beginning."""


def second(moment):
    return (moment - T0).total_seconds()


def seen(run, now):
    return [passed(), run], now


def trains(**facts):
    facts.setdefault("progress", at(40))
    return train_run(**facts)


def read(at_time, **facts):
    return LogView(read_at=at_time, attempted_at=at_time, **facts)


def test_the_trainers_own_watchdog_has_five_minutes_to_report_first():
    assert second(LIMIT) == 360


def test_no_step_for_too_long_stops_the_run_and_fails_once_the_log_has_been_read_after_the_limit():
    before = seen(trains(), T0), seen(trains(), after(359))
    assert decided(RESOURCE, *before).status.phase is Phase.TRAINING
    run = trains(log=read(LIMIT), log_tail=("waiting",), pod="p")
    decision = decided(RESOURCE, *before, seen(run, LIMIT))
    assert decision.actions == (StopRun(run, reasons.TRAINING_STALLED),)
    assert [(stop.run, stop.reason) for stop in decision.status.stops] == [("train-1", reasons.TRAINING_STALLED)]
    failure = decision.status.failure
    assert (decision.status.phase, decision.status.reason) == (Phase.FAILED, reasons.TRAINING_STALLED)
    assert failure.message == "No step completed for 60 s (spec.stallTimeoutSeconds), after step 40."
    assert (failure.log_tail, failure.pod, failure.step) == (["waiting"], "p", 40)


def test_at_the_limit_the_log_is_read_before_anything_is_stopped():
    run = trains(log=read(after(359)))
    decision = decided(RESOURCE, seen(trains(), T0), seen(run, LIMIT))
    assert (decision.status.phase, decision.status.reason, decision.actions) == (Phase.TRAINING, None, (CheckRun(run),))


def test_a_step_that_this_read_finds_keeps_it_training_and_counts_again():
    run = trains(progress=at(41), log=read(LIMIT))
    decision = decided(RESOURCE, seen(trains(), T0), seen(trains(), LIMIT), seen(run, LIMIT))
    assert (decision.status.phase, decision.actions) == (Phase.TRAINING, ())
    assert decision.requeue_at == after(2 * second(LIMIT))


# The log cannot be read


def unreadable(since, attempted):
    return trains(log=LogView(after(10), attempted, None, since, "kubelet of gpu-1: connection refused"))


def test_a_training_is_never_stopped_while_its_log_cannot_be_read():
    run = unreadable(after(20), after(1_000_000))
    decision = decided(RESOURCE, seen(trains(), T0), seen(run, after(1_000_030)))
    assert (decision.status.phase, decision.status.reason) == (Phase.TRAINING, reasons.LOG_UNAVAILABLE)
    assert decision.actions == ()
    assert headline(decision).message == (
        "pets-train-1 is training, but its log cannot be read: kubelet of gpu-1: connection refused. "
        "Its progress is unknown, and a stall is not detected."
    )


def test_reading_the_log_is_attempted_once_a_minute():
    attempted = second(LIMIT)
    run = unreadable(after(20), after(attempted))
    waiting = decided(RESOURCE, seen(trains(), T0), seen(run, after(attempted + 59)))
    assert (waiting.actions, waiting.requeue_at) == ((), after(attempted + 60))
    assert decided(RESOURCE, seen(trains(), T0), seen(run, after(attempted + 60))).actions == (CheckRun(run),)


def test_an_attempt_before_the_limit_does_not_put_off_the_one_at_the_limit():
    run = unreadable(after(20), after(second(LIMIT) - 1))
    assert decided(RESOURCE, seen(trains(), T0), seen(run, LIMIT)).actions == (CheckRun(run),)


def test_once_the_log_can_be_read_again_it_decides():
    blind = seen(trains(), T0), seen(unreadable(after(20), LIMIT), LIMIT)
    later = after(second(LIMIT) + 600)
    going = trains(progress=at(5000), log=read(later))
    assert decided(RESOURCE, *blind, seen(going, later)).status.phase is Phase.TRAINING
    stuck = trains(log=read(later))
    assert decided(RESOURCE, *blind, seen(stuck, later)).status.failure.reason == reasons.TRAINING_STALLED


def test_a_log_that_was_just_rotated_has_no_progress_line_and_restarts_the_count():
    rotated = second(LIMIT) + 5
    run = trains(log=read(after(rotated), without_progress_since=after(rotated)))
    decision = decided(RESOURCE, seen(trains(), T0), seen(run, after(rotated)))
    assert (decision.status.phase, decision.actions, decision.requeue_at) == (Phase.TRAINING, (), after(rotated + 360))
    end = after(rotated + 360)
    still = trains(log=read(end, without_progress_since=after(rotated)))
    assert decided(RESOURCE, seen(trains(), T0), seen(still, end)).status.failure.reason == reasons.TRAINING_STALLED


# Whose time counts


@pytest.mark.parametrize("skew", [-1e9, -7200, 7200, 1e9], ids=lambda value: f"{value:+.0f}s")
def test_the_clock_of_the_node_changes_nothing(skew):
    def run(now, **facts):
        return trains(progress=at(40, time=skew), log=read(now), **facts)

    assert decided(RESOURCE, seen(run(T0), T0), seen(run(after(359)), after(359))).status.phase is Phase.TRAINING
    late = decided(RESOURCE, seen(run(T0), T0), seen(run(LIMIT), LIMIT))
    assert (late.status.phase, late.status.failure.reason) == (Phase.FAILED, reasons.TRAINING_STALLED)


def test_a_stall_counts_from_when_the_operator_first_observed_the_step():
    first = after(10_000)
    run = trains(progress=at(40, time=100), log=read(after(10_360)))
    assert decided(RESOURCE, seen(run, first), seen(run, after(10_359))).status.phase is Phase.TRAINING
    assert decided(RESOURCE, seen(run, first), seen(run, after(10_360))).status.failure.reason == reasons.TRAINING_STALLED


def test_an_operator_that_starts_after_a_long_time_reads_the_log_before_it_judges():
    status = decided(RESOURCE, seen(trains(), T0)).status
    unread = train_run()
    decision = decided(training(status=status, stallTimeoutSeconds=60), seen(unread, after(90_000)))
    assert (decision.status.phase, decision.actions) == (Phase.TRAINING, (CheckRun(unread),))


def test_a_new_step_of_any_number_counts_as_progress():
    earlier = trains(progress=at(10), log=read(LIMIT))
    assert decided(RESOURCE, seen(trains(), T0), seen(earlier, LIMIT)).status.phase is Phase.TRAINING


# Runs that are not judged


def test_a_run_without_a_step_has_not_stalled():
    run = train_run(log=read(after(3000)))
    decision = decided(RESOURCE, seen(run, T0), seen(run, after(3000)))
    assert (decision.status.phase, decision.actions) == (Phase.TRAINING, ())


def test_the_step_of_an_earlier_run_is_not_a_step_of_this_one():
    crashed = train_run(1, exit_code=70, progress=at(40))
    second_run = train_run(2, log=read(after(3000)))
    runs = [passed(), crashed, second_run]
    decision = decided(RESOURCE, ([passed(), crashed], T0), (runs, after(10)), (runs, after(3000)))
    assert (decision.status.phase, decision.actions) == (Phase.TRAINING, ())


@pytest.mark.parametrize("reason", [reasons.NODE_LOST, reasons.POD_DELETED, reasons.PREEMPTED])
def test_a_run_that_is_being_taken_away_or_whose_node_is_silent_is_not_judged(reason):
    run = trains(waiting=ConditionReason(reason, "gpu-1 does not answer."), log=read(after(5000)))
    decision = decided(RESOURCE, seen(trains(), T0), seen(run, after(5000)))
    assert (decision.status.failure, decision.actions, decision.status.reason) == (None, (), reason)


@pytest.mark.parametrize("state", [RunState.PENDING, RunState.STARTING])
def test_a_run_whose_pod_a_queue_took_away_and_started_again_is_not_judged_by_the_steps_of_the_former_pod(state):
    again = train_run(state=state, progress=at(40), log=read(after(3000)))
    decision = decided(RESOURCE, seen(trains(), T0), seen(again, after(10)), seen(again, after(3000)))
    assert decision.actions == ()
    assert not decision.status.phase.terminal


def test_a_run_that_is_being_stopped_for_something_else_is_not_judged():
    run = trains(stop_reason=reasons.SUSPENDED, stopping=True, log=read(after(5000)))
    decision = decided(RESOURCE, seen(trains(), T0), seen(run, after(5000)))
    assert (decision.status.phase, decision.actions) == (Phase.QUEUED, ())


def test_a_stall_fails_also_if_the_operator_crashed_before_it_wrote_that():
    run = trains(exit_code=75, message=termination_message("Stopped"), stop_reason=reasons.TRAINING_STALLED)
    decision = decided(training(), seen(run, after(5000)))
    assert (decision.status.phase, decision.actions) == (Phase.FAILED, ())
    assert decision.status.failure.message == "No step completed for 1800 s (spec.stallTimeoutSeconds), after step 40."


def test_the_operator_waits_five_minutes_longer_than_the_trainer():
    """The trainer ends itself, with a message that names its step; only one that does not is stopped."""
    assert MARGIN.total_seconds() == 300


@pytest.mark.parametrize(
    ("progress", "when"), [(at(40), "after step 40"), (None, "before the first step")], ids=["steps", "none"]
)
def test_the_whole_failure(progress, when):
    run = train_run(progress=progress, pod="p", container="train", node="n", log_tail=("waiting",))
    context = ReconcileContext("pets", 1, 1, RESOURCE.spec, Status(), (run,), Timer(T0))
    assert failure_of(context, run) == FailureStatus(
        reason=reasons.TRAINING_STALLED,
        message=f"No step completed for 60 s (spec.stallTimeoutSeconds), {when}.",
        hint="Usually the input pipeline is blocked: an empty record file, or storage that no longer answers.",
        pod="p",
        container="train",
        node="n",
        step=run.step,
        log_tail=["waiting"],
    )
