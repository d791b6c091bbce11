"""What people see while it runs."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from detector_operator.api import TrainingStatus
from detector_operator.local.display import LiveDisplay, PlainDisplay, duration, progress_text
from detector_operator.policies.chain import POLICIES
from detector_operator.reconcile.actions import Event
from detector_operator.reconcile.decide import decide
from support.trainings import after, at, passed, rejected, train_run, training


def with_status(runs):
    return training(status=decide(training(), runs, after(30), POLICIES).status)


def test_progress_is_one_line_of_what_is_known():
    known = TrainingStatus(progress="40/100", loss=1.235, steps_per_second=2.0, seconds_remaining=30, last_checkpoint_step=20)
    assert progress_text(known) == "step 40/100, loss 1.235, 2 steps/s, 30 s left, checkpoint at 20"
    assert progress_text(TrainingStatus(progress="40/100")) == "step 40/100"


@pytest.mark.parametrize(
    ("seconds", "text"), [(45, "45 s"), (119, "119 s"), (720, "12 min"), (4560, "1 h 16 min"), (183600, "2 d 3 h")]
)
def test_time_left_is_readable(seconds, text):
    assert duration(seconds) == text


def test_without_a_terminal_there_is_a_line_for_each_event_and_the_progress_once():
    out = io.StringIO()
    display = PlainDisplay(out)
    display.event(Event("Normal", "Training", "pets-train-1 is training."))
    resource = with_status([passed(), train_run(progress=at(40))])
    display.show(resource)
    display.show(resource)
    assert out.getvalue() == ("Training: pets-train-1 is training.\nstep 40/100, loss 1.235, 2 steps/s, 30 s left\n")


def test_progress_is_not_printed_more_often_than_wanted_but_the_last_step_always():
    out = io.StringIO()
    display = PlainDisplay(out, seconds_between=3600)
    for runs in (
        [passed(), train_run(progress=at(40))],
        [passed(), train_run(progress=at(60))],
        [passed(), train_run(progress=at(100), exit_code=0)],
    ):
        display.show(with_status(runs))
    assert [line.split(",")[0] for line in out.getvalue().splitlines()] == ["step 40/100", "step 100/100"]


def test_findings_are_shown_once_with_place_and_fix():
    out = io.StringIO()
    display = PlainDisplay(out)
    for _ in range(2):
        display.show(with_status([rejected()]))
    assert out.getvalue() == (
        "error label-map/reserved-id: Item 'cat' has id 0.\n  at:  labels.pbtxt:2\n  fix: Number the items from 1.\n"
    )


def test_on_a_terminal_phase_bar_and_numbers_renew_themselves_and_events_stay():
    out = io.StringIO()
    with LiveDisplay(Console(file=out, force_terminal=True, width=80, color_system=None)) as display:
        display.event(Event("Normal", "Training", "pets-train-1 is training."))
        display.show(with_status([passed(), train_run(progress=at(40))]))
        shown = out.getvalue()
        display.show(with_status([passed(), train_run(progress=at(40))]))
        assert out.getvalue() == shown, "nothing is drawn again while nothing changes"
    assert "Training: pets-train-1 is training." in shown
    assert "pets  Training" in shown
    assert "40/100" in shown
    assert "loss 1.235, 2 steps/s, 30 s left" in shown
