"""What is not observed is not evidence: a log that cannot be read is reported, and the run trains on."""

from __future__ import annotations

import pytest

from detector_operator.api import Phase
from detector_operator.reconcile.runs import LogView, RunState
from detector_trainer.contract import reasons
from support.decisions import conditions, events, headline
from support.trainings import T0, after, at, decided, passed, train_run, training

ERROR = "kubelet of gpu-1: connection refused."


def unreadable(since=T0, **facts):
    facts.setdefault("progress", at(40))
    return train_run(log=LogView(attempted_at=since, unavailable_since=since, error=ERROR), **facts)


def seen(run, now):
    return [passed(), run], now


def test_a_log_that_cannot_be_read_is_reported_after_two_minutes():
    early = decided(training(), seen(train_run(), T0), seen(unreadable(), after(119)))
    assert (early.status.phase, early.status.reason, early.requeue_at) == (Phase.TRAINING, None, after(120))
    late = decided(training(), seen(train_run(), T0), seen(unreadable(), after(120)))
    assert (late.status.phase, late.status.reason, late.actions) == (Phase.TRAINING, reasons.LOG_UNAVAILABLE, ())
    assert conditions(late.status)["Training"] == ("True", "LogUnavailable")
    assert events(late) == [("Warning", "LogUnavailable")]


def test_the_message_reports_why_and_what_follows_from_it():
    decision = decided(training(), seen(unreadable(), after(120)))
    assert headline(decision).message == (
        "pets-train-1 is training, but its log cannot be read: kubelet of gpu-1: connection refused. "
        "Its progress is unknown, and a stall is not detected."
    )


def test_it_is_reported_once_whatever_else_the_error_says():
    first = decided(training(), seen(unreadable(), after(120))).status
    log = LogView(attempted_at=after(180), unavailable_since=T0, error="kubelet of gpu-1: timed out")
    again = decided(training(status=first), seen(train_run(log=log, progress=at(40)), after(180)))
    assert again.events == ()
    assert "timed out" in headline(again).message


def test_once_the_log_can_be_read_again_the_report_ends():
    first = decided(training(), seen(unreadable(), after(120))).status
    run = train_run(log=LogView(read_at=after(130), attempted_at=after(130)), progress=at(60))
    decision = decided(training(status=first), seen(run, after(130)))
    assert (decision.status.reason, headline(decision).reason) == (None, "Training")


def test_a_log_that_was_never_attempted_is_not_reported():
    assert decided(training(), seen(train_run(), T0), seen(train_run(), after(200))).status.reason is None


@pytest.mark.parametrize("state", [RunState.PENDING, RunState.STARTING])
def test_the_log_of_a_run_that_does_not_train_yet_is_not_reported(state):
    run = unreadable(state=state, progress=None)
    assert decided(training(), seen(run, T0), seen(run, after(300))).status.reason is None


def test_progress_that_cannot_be_read_stays_as_it_was():
    first = decided(training(), seen(train_run(progress=at(40, checkpoint=20)), T0)).status.training
    status = decided(training(), seen(train_run(progress=at(40, checkpoint=20)), T0), seen(unreadable(progress=None), after(200)))
    assert (status.status.training.step, status.status.training.last_checkpoint_step) == (first.step, 20)
