"""What policies read: backoff, attempts, and what a run waits for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from detector_operator.api import LatestRun, Phase, Status, TrainingStatus, ValidationStatus
from detector_operator.reconcile.actions import CreateConfigMap, StartTraining, StopRun
from detector_operator.reconcile.context import (
    REPORT_PENDING_AFTER,
    Backoff,
    PolicyResult,
    ReconcileContext,
    pending_reason,
    stop_run,
    waiting_result,
)
from detector_operator.reconcile.runs import ConditionReason, RunKind, RunState
from detector_operator.reconcile.timer import Timer
from support.trainings import T0, after, train_run, training, validate_run

QUEUED = ConditionReason("JobSuspended", "Job x is suspended.", "Look at its queue.")
LOST = ConditionReason("NodeLost", "gpu-1 is not ready.", "Delete it.")


def context(*runs, now=T0, **status):
    return ReconcileContext("pets", 1, 1, training().spec, Status(**status), runs, Timer(now))


@pytest.mark.parametrize(("failures", "seconds"), [(0, 10), (1, 10), (2, 20), (3, 40), (6, 300), (10_000, 300)])
def test_the_backoff_doubles_up_to_its_maximum(failures, seconds):
    assert Backoff().after(failures) == timedelta(seconds=seconds)


def test_the_backoff_is_over_if_the_end_of_the_run_is_unknown():
    assert context().backoff_is_over(None, failures=5)
    assert not context(now=after(9)).backoff_is_over(T0, failures=1)
    assert context(now=after(10)).backoff_is_over(T0, failures=1)


def test_no_attempt_number_is_used_twice():
    given = context(train_run(2), train_run(5, generation=0), training=TrainingStatus(attempt=3))
    assert (given.next_attempt(RunKind.TRAINING), given.next_attempt(RunKind.VALIDATION)) == (6, 1)
    assert context(training=TrainingStatus(attempt=3)).next_attempt(RunKind.TRAINING) == 4


def test_the_newest_run_is_one_of_this_generation():
    given = context(train_run(2), train_run(1), train_run(3, generation=2), validate_run(4))
    assert given.newest(RunKind.TRAINING).attempt == 2
    assert [run.attempt for run in given.current_runs(RunKind.TRAINING)] == [1, 2]


def test_times_of_a_run_that_is_not_the_newest_are_unknown():
    given = context(validation=ValidationStatus(latest_run=LatestRun(attempt=2, seen_time=T0)))
    assert given.latest_run(validate_run(2)).seen_time == T0
    assert given.latest_run(validate_run(1)) == LatestRun(attempt=1)


def test_all_live_runs_are_stopped_once_and_an_earlier_stop_keeps_its_reason():
    stopping, stopped = train_run(1, stopping=True), train_run(2, stop_reason="SpecChanged")
    ended, live = train_run(3, exit_code=0), validate_run(1, generation=2)
    assert context(stopping, stopped, ended, live).stop_all("Suspended") == (
        StopRun(stopped, "SpecChanged"),
        StopRun(live, "Suspended"),
    )
    assert stop_run(live, "Suspended").reason == "Suspended"


def test_the_message_names_the_runs_and_a_lost_node_that_blocks_them():
    given = context()
    assert given.stop_message((train_run(1), validate_run(1, waiting=QUEUED))) == (
        "Waiting for pets-train-1 and pets-validate-1 to stop."
    )
    assert given.stop_message((train_run(1, waiting=LOST),)) == (
        "Waiting for pets-train-1 to stop. gpu-1 is not ready. Delete it."
    )


def test_what_usually_resolves_by_itself_is_not_reported_immediately():
    run = train_run(state=RunState.PENDING, waiting=QUEUED)
    seen = TrainingStatus(latest_run=LatestRun(attempt=1, seen_time=T0))
    limit = T0 + REPORT_PENDING_AFTER
    early = context(run, now=limit - timedelta(seconds=1), training=seen)
    assert pending_reason(early, run) is None
    assert early.timer.requeue_at == limit
    assert pending_reason(context(run, now=limit, training=seen), run) == QUEUED
    assert pending_reason(context(), train_run(waiting=LOST)) == LOST
    assert pending_reason(context(), train_run()) is None


def test_a_result_that_waits_reports_the_reason_with_its_hint():
    result = waiting_result(QUEUED, Phase.QUEUED)
    assert (result.reason, result.message, result.waiting) == (QUEUED.reason, "Job x is suspended. Look at its queue.", True)


def test_actions_are_added_after_those_of_the_result():
    result = PolicyResult(phase=Phase.QUEUED, reason="Queued", message="", actions=(StartTraining(1),))
    assert result.with_actions(CreateConfigMap()).actions == (StartTraining(1), CreateConfigMap())
