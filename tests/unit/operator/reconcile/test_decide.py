"""What holds across policies: terminal states, status.reason, and events."""

from __future__ import annotations

import pytest

from detector_operator.api import Phase
from detector_operator.reconcile.actions import StopRun
from detector_operator.reconcile.runs import ConditionReason, RunState
from detector_trainer.contract import reasons
from support.decisions import events
from support.trainings import T0, after, at, decided, passed, rejected, termination_message, train_run, training, validate_run

# Terminal states


@pytest.mark.parametrize(
    "runs",
    [[rejected()], [passed(), train_run(exit_code=65)], [passed(), train_run(exit_code=0)]],
    ids=["Rejected", "Failed", "Succeeded"],
)
def test_a_terminal_state_stays_whatever_is_seen_later(runs):
    ended = decided(training(), (runs, after(20))).status
    assert ended.phase.terminal
    for later in ([], [passed()], [passed(), train_run(2)]):
        decision = decided(training(status=ended), (later, after(5000)))
        assert (decision.status, decision.events) == (ended, ())
        assert all(isinstance(action, StopRun) for action in decision.actions)


def test_what_ends_stops_all_that_runs_with_the_same_decision():
    outlived = validate_run(2)
    decision = decided(training(validation={"policy": "Skip"}), ([outlived, train_run(exit_code=0)], after(20)))
    assert (decision.status.phase, decision.actions) == (Phase.SUCCEEDED, (StopRun(outlived, reasons.COMPLETED),))
    assert [stop.run for stop in decision.status.stops] == ["validate-2"]


def test_a_run_that_outlives_the_end_is_stopped_until_that_is_requested():
    run = train_run()
    seen = ([passed(), run], T0), ([passed(), run], after(60))
    failed = decided(training(activeDeadlineSeconds=60), *seen).status
    again = decided(training(status=failed, activeDeadlineSeconds=60), ([passed(), run], after(61)))
    assert again.actions == (StopRun(run, reasons.DEADLINE_EXCEEDED),)
    stopping = train_run(stop_reason=reasons.DEADLINE_EXCEEDED, stopping=True)
    assert decided(training(status=failed, activeDeadlineSeconds=60), ([passed(), stopping], after(62))).actions == ()


# status.reason

GOING = {
    "Validating": ([], {}),
    "Queued": ([passed()], {}),
    "Starting": ([passed(), train_run(state=RunState.STARTING)], {}),
    "Training": ([passed(), train_run()], {}),
    "Suspended": ([passed()], {"suspend": True}),
    "Succeeded": ([passed(), train_run(exit_code=0)], {}),
}


@pytest.mark.parametrize(("phase", "runs", "spec"), [(name, *given) for name, given in GOING.items()], ids=GOING)
def test_the_reason_is_empty_while_all_is_well(phase, runs, spec):
    status = decided(training(**spec), (runs, T0)).status
    assert (status.phase.value, status.reason) == (phase, None)


NO_NODE = ConditionReason(reasons.UNSCHEDULABLE, "No node takes it.")
REASONS = {
    "waits for a node": ([passed(), train_run(state=RunState.PENDING, waiting=NO_NODE)], "Unschedulable"),
    "waits to try again": ([passed(), train_run(exit_code=70)], "Retrying"),
    "waits for the model directory": (
        [passed(), train_run(exit_code=74, message=termination_message("ModelDirInUse"))],
        "ModelDirInUse",
    ),
    "was rejected": ([rejected()], "ValidationRejected"),
    "failed": ([passed(), train_run(exit_code=65, message=termination_message("DataError"))], "DataError"),
}


@pytest.mark.parametrize(("runs", "reason"), REASONS.values(), ids=REASONS)
def test_the_reason_names_what_it_waits_for_or_why_it_failed(runs, reason):
    assert decided(training(), (runs, T0), (runs, after(10))).status.reason == reason


# Events


def test_each_transition_is_one_event():
    crashed = train_run(exit_code=70)
    story = [
        ([], T0),
        ([validate_run()], after(1)),
        ([passed()], after(11)),
        ([passed(), train_run(state=RunState.PENDING, node=None)], after(12)),
        ([passed(), train_run(state=RunState.STARTING)], after(13)),
        ([passed(), train_run()], after(14)),
        ([passed(), train_run(progress=at(40))], after(15)),
        ([passed(), crashed], after(20)),
        ([passed(), crashed], after(30)),
        ([passed(), crashed, train_run(2)], after(31)),
        ([passed(), crashed, train_run(2, exit_code=0)], after(60)),
    ]
    told = [event for count in range(1, len(story) + 1) for event in events(decided(training(), *story[:count]))]
    assert told == [
        ("Normal", "Waiting"),
        ("Normal", "Validating"),
        ("Normal", "ValidationPassed"),
        ("Normal", "Queued"),
        ("Normal", "Starting"),
        ("Normal", "Training"),
        ("Warning", "Retrying"),
        ("Normal", "Training"),
        ("Normal", "Completed"),
    ]


def test_a_rejection_is_one_event():
    assert events(decided(training(), ([validate_run()], after(1)), ([rejected()], after(11)))) == [
        ("Warning", "ValidationRejected")
    ]


def test_deciding_again_reports_nothing_again():
    runs = [passed(), train_run(exit_code=70)]
    assert decided(training(), (runs, T0), (runs, T0)).events == ()
