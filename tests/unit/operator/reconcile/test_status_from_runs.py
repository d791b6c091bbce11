"""What the status takes over from runs: progress, counts, and when what was first observed."""

from __future__ import annotations

import pytest

from detector_operator.api import LatestRun, RetryClass
from detector_operator.reconcile.runs import RunState
from detector_trainer.contract import Finding, Severity, TerminationMessage, ValidationSummary, Verdict, Where, reasons
from support.trainings import T0, after, at, decided, passed, termination_message, train_run, training, validate_run


def seen(run, now):
    return [passed(), run], now


# Times, by the operator's clock

STORY = [
    (train_run(state=RunState.PENDING, node=None), 10, {"seen_time": 10}),
    (train_run(state=RunState.STARTING), 20, {"assigned_time": 20}),
    (train_run(), 30, {"running_time": 30}),
    (train_run(progress=at(1)), 40, {"step_time": 40}),
    (train_run(progress=at(2)), 50, {"step_time": 50}),
    (train_run(progress=at(2)), 55, {}),
    (train_run(exit_code=70, progress=at(2)), 60, {"end_time": 60}),
    (train_run(exit_code=70, progress=at(2)), 70, {}),
]


def test_each_state_of_a_run_has_the_time_at_which_it_was_first_observed():
    status, expected = None, LatestRun(attempt=1)
    for run, second, changed in STORY:
        status = decided(training(status=status), seen(run, after(second))).status
        expected = expected.model_copy(update={name: after(value) for name, value in changed.items()})
        assert status.training.latest_run == expected


def test_states_that_were_missed_have_the_time_of_the_first_observation():
    run = decided(training(), seen(train_run(), after(30))).status.training.latest_run
    assert (run.seen_time, run.assigned_time, run.running_time, run.step_time) == (after(30), after(30), after(30), None)


def test_a_validation_has_its_times_too():
    starting = validate_run(state=RunState.STARTING)
    status = decided(training(), ([starting], T0), ([validate_run()], after(5)), ([passed()], after(60))).status.validation
    assert status.latest_run == LatestRun(attempt=1, seen_time=T0, assigned_time=T0, running_time=after(5), end_time=after(60))


def test_the_next_run_begins_again():
    crashed = [passed(), train_run(exit_code=70, progress=at(2))]
    status = decided(training(), (crashed, T0), ([*crashed, train_run(2)], after(20))).status.training
    assert status.latest_run == LatestRun(attempt=2, seen_time=after(20), assigned_time=after(20), running_time=after(20))


def test_a_run_whose_pod_a_queue_took_away_begins_again_but_was_seen_before():
    pending = train_run(state=RunState.PENDING, node=None)
    status = decided(training(), seen(train_run(progress=at(2)), T0), seen(pending, after(10))).status.training
    assert status.latest_run == LatestRun(attempt=1, seen_time=T0)
    assert (status.start_time, status.step) == (T0, 2)


@pytest.mark.parametrize("skew", [-1e12, 0.0, 1e12], ids=["past", "epoch", "future"])
def test_the_time_that_the_trainer_writes_is_not_read(skew):
    with_skew = decided(training(), seen(train_run(progress=at(2, time=skew)), T0))
    assert with_skew == decided(training(), seen(train_run(progress=at(2)), T0))


def test_the_step_of_a_message_alone_has_no_time_of_a_step():
    run = train_run(exit_code=75, message=termination_message("Stopped", step=42, last_checkpoint_step=40))
    status = decided(training(), seen(run, T0)).status.training
    assert (status.step, status.last_checkpoint_step, status.latest_run.step_time) == (42, 40, None)


# Numbers


def test_numbers_that_a_run_has_not_reported_stay():
    crashed = [passed(), train_run(exit_code=70, progress=at(40, checkpoint=20))]
    status = decided(training(), (crashed, T0), ([*crashed, train_run(2)], after(20))).status.training
    assert (status.step, status.progress, status.last_checkpoint_step, status.loss) == (40, "40/100", 20, 1.235)
    assert status.seconds_remaining is None


def test_the_newest_step_and_checkpoint_are_the_furthest_that_are_known():
    run = train_run(
        exit_code=75, progress=at(40, checkpoint=20), message=termination_message("Stopped", step=42, last_checkpoint_step=42)
    )
    status = decided(training(), seen(run, T0)).status.training
    assert (status.step, status.last_checkpoint_step) == (42, 42)


def test_a_new_spec_keeps_only_the_numbers_of_the_runs():
    runs = [passed(), train_run(exit_code=65, progress=at(40, checkpoint=20))]
    failed = decided(training(), (runs, T0)).status
    status = decided(training(2, failed, numSteps=200), (runs, after(10))).status
    assert (status.training.attempt, status.training.counted, status.training.step, status.training.total_steps) == (
        1,
        1,
        None,
        200,
    )
    assert (status.validation.attempt, status.validation.counted, status.validation.verdict) == (1, 1, None)


def test_a_new_spec_knows_the_numbers_of_runs_that_the_status_never_saw():
    runs = [passed(4), train_run(7, exit_code=65)]
    status = decided(training(2, decided(training(), ([], T0)).status, numSteps=200), (runs, after(10))).status
    assert (status.validation.attempt, status.training.attempt) == (4, 7)


def test_a_run_is_counted_once_however_often_it_is_observed():
    runs = [passed(), train_run(1, exit_code=70), train_run(2, exit_code=75), validate_run(2, signal=9)]
    once = decided(training(), (runs, T0)).status
    assert decided(training(), *[(runs, T0)] * 5).status == once
    assert (once.training.restarts, once.training.preemptions) == (1, 1)


@pytest.mark.parametrize(
    ("facts", "end"),
    [
        ({"signal": 9}, RetryClass.FAILED),
        ({"state": RunState.ENDED}, RetryClass.INTERRUPTED),
        ({"exit_code": 1}, RetryClass.FINAL),
        ({"signal": 15, "stop_reason": reasons.SUSPENDED}, RetryClass.STOPPED),
        ({"signal": 15, "stop_reason": reasons.VALIDATION_TIMED_OUT}, RetryClass.TIMED_OUT),
    ],
    ids=lambda value: str(value),
)
def test_the_end_of_a_validation_without_a_verdict_is_recorded(facts, end):
    status = decided(training(), ([validate_run(**facts)], T0)).status.validation
    assert (status.end, status.counted) == (end, 1)


# The verdict


def finding(number):
    return Finding(code="records/x", severity=Severity.ERROR, message=f"Record {number}.", hint="", where=Where(file="a"))


def test_the_verdict_and_its_numbers_are_taken_over():
    status = decided(training(), ([passed()], T0)).status.validation
    assert (status.verdict, status.records, status.images, status.boxes) == (Verdict.PASS, 1000, 1000, 1200)
    assert (status.duration_seconds, status.errors, status.warnings, status.end) == (1.5, 0, 0, None)


def test_fingerprint_and_report_are_taken_over():
    summary = ValidationSummary(verdict=Verdict.PASS, inputs_fingerprint="abc", report_path="/models/pets/report-1.json")
    run = validate_run(exit_code=0, message=TerminationMessage(reason="ValidationPassed", message="", validation=summary))
    status = decided(training(), ([run], T0)).status.validation
    assert (status.inputs_fingerprint, status.report_path) == ("abc", "/models/pets/report-1.json")


def test_at_most_20_findings_are_kept_and_all_are_counted():
    summary = ValidationSummary(verdict=Verdict.REJECT, errors=25, findings=[finding(number) for number in range(25)])
    run = validate_run(exit_code=1, message=TerminationMessage(reason="ValidationRejected", message="", validation=summary))
    status = decided(training(), ([run], T0)).status
    assert [kept.message for kept in status.validation.findings] == [f"Record {number}." for number in range(20)]
    assert status.failure.message.endswith("And 24 more errors.")


def test_a_verdict_forgets_the_crashes_before_it():
    runs = [validate_run(1, signal=9)]
    status = decided(training(), (runs, T0), ([*runs, passed(2)], after(20))).status.validation
    assert (status.verdict, status.crashes, status.end, status.attempt) == (Verdict.PASS, None, None, 2)


# Stops


def test_a_stop_is_kept_until_the_end_of_its_run_is_recorded():
    spec = {"suspend": True}
    stop = {"stop_reason": reasons.SUSPENDED}
    decisions = [
        decided(training(**spec), *story)
        for story in (
            [seen(train_run(), T0)],
            [seen(train_run(), T0), seen(train_run(**stop, stopping=True), after(1))],
            [seen(train_run(), T0), seen(train_run(exit_code=75, **stop), after(2))],
        )
    ]
    assert [[stop.run for stop in decision.status.stops] for decision in decisions] == [["train-1"], ["train-1"], []]


def test_a_stop_is_forgotten_when_nothing_is_left_of_its_run_and_that_is_recorded():
    status = decided(training(suspend=True), seen(train_run(), T0), ([passed()], after(1))).status
    assert (status.stops, status.training.counted, status.training.end) == ([], 1, RetryClass.STOPPED)
