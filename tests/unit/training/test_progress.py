"""Progress lines: how often, with what, and never the same twice."""

from __future__ import annotations

from typing import Any

import pytest

from detector_trainer.command.run_result import TrainingState
from detector_trainer.contract import Progress
from detector_trainer.training.progress import Reporter, human_line

LOSSES = {"Loss/total_loss": 1.5, "Loss/classification_loss": 0.5, "Loss/localization_loss": 1.0}


class Run:
    """A reporter with a clock that is set by hand."""

    def __init__(self, **options: Any) -> None:
        self.now = 0.0
        self.lines: list[str] = []
        self.state = TrainingState()
        settings = {"total_steps": 100, "batch_size": 8, "interval": 5.0, "human": False, "structured": True, **options}
        self.reporter = Reporter(write=self.lines.append, clock=lambda: self.now, **settings)

    def step(self, step: int, at: float) -> None:
        self.now = at
        self.reporter.completed(step)
        if self.reporter.due:
            self.report(step)

    def report(self, step: int) -> None:
        self.reporter.report(step, LOSSES, 0.01, self.state)

    @property
    def progress(self) -> list[Progress]:
        return [progress for line in self.lines if (progress := Progress.from_line(line))]


def test_the_first_step_and_then_one_in_an_interval_is_written():
    run = Run()
    for step in range(1, 13):
        run.step(step, at=step)
    assert [progress.step for progress in run.progress] == [1, 6, 11]


def test_the_total_is_apart_from_its_parts():
    run = Run()
    run.step(1, at=0)
    (progress,) = run.progress
    assert progress.loss == 1.5
    assert progress.losses == {"Loss/classification_loss": 0.5, "Loss/localization_loss": 1.0}


def test_the_speed_leaves_out_the_first_call_which_traces():
    run = Run(interval=0.0)
    run.step(1, at=50)
    run.step(5, at=52)
    run.step(9, at=54)
    assert [progress.steps_per_second for progress in run.progress] == [None, 2.0, 2.0]
    assert run.progress[-1].images_per_second == 16.0


def test_the_speed_is_that_of_the_last_half_minute():
    run = Run(interval=0.0)
    for step in range(1, 61):  # a step a second for a minute, then two
        run.step(step, at=step)
    for step in range(61, 181):
        run.step(step, at=60 + (step - 60) / 2)
    assert run.progress[-1].steps_per_second == pytest.approx(2.0)


def test_a_step_is_written_again_only_with_a_new_checkpoint():
    run = Run()
    run.step(1, at=0)
    run.report(1)
    assert len(run.lines) == 1
    run.state.checkpoint, run.state.checkpoint_step = "m/ckpt-1", 1
    run.report(1)
    assert [progress.last_checkpoint_step for progress in run.progress] == [None, 1]


@pytest.mark.parametrize(("options", "count"), [({"human": True}, 2), ({"structured": False}, 0), ({}, 1)])
def test_each_kind_of_line_can_be_chosen(options: dict[str, bool], count: int):
    run = Run(**options)
    run.step(1, at=0)
    assert len(run.lines) == count


def test_the_line_for_people():
    progress = Progress(
        step=1200, total_steps=20000, loss=1.23456, losses={"Loss/classification_loss": 0.6}, learning_rate=0.01,
        steps_per_second=3.2, images_per_second=25.6, last_checkpoint_step=1000, last_checkpoint="m/ckpt-2", time=0,
    )  # fmt: skip
    assert human_line(progress) == (
        "step 1200/20000  loss 1.235 (classification 0.6)  lr 0.01  3.2 steps/s  25.6 images/s  checkpoint 1000  1h37m left"
    )
