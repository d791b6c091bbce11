"""What a line of progress has, for programs and for people, at the bounds."""

from __future__ import annotations

from typing import Any

import pytest

from detector_trainer.command.run_result import TrainingState
from detector_trainer.contract import Progress
from detector_trainer.training import progress as module
from detector_trainer.training.progress import Reporter, human_line


def reporter(now: list[float], lines: list[str], **options: Any) -> Reporter:
    settings = {"total_steps": 100, "batch_size": 8, "interval": 5.0, "human": False, "structured": True, **options}
    return Reporter(write=lines.append, clock=lambda: now[0], **settings)


@pytest.mark.parametrize(("seconds", "due"), [(4.9, False), (5.0, True), (5.1, True)])
def test_a_line_is_due_when_the_interval_is_over(seconds: float, due: bool):
    now, lines = [0.0], list[str]()
    reported = reporter(now, lines)
    assert reported.due
    reported.report(1, {}, 0.01, TrainingState())
    now[0] = seconds
    assert reported.due is due


def test_a_line_has_step_total_loss_rate_and_checkpoint(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module.time, "time", lambda: 1234.56789)
    lines = list[str]()
    state = TrainingState(checkpoint="m/ckpt-1", checkpoint_step=3)
    reporter([0.0], lines).report(4, {"Loss/total_loss": 1.23456789, "Loss/box": 0.123456789}, 0.0123456789, state)
    assert [Progress.from_line(line) for line in lines] == [
        Progress(
            step=4,
            total_steps=100,
            loss=1.23457,
            losses={"Loss/box": 0.123457},
            learning_rate=0.0123457,
            last_checkpoint="m/ckpt-1",
            last_checkpoint_step=3,
            time=1234.568,
        )
    ]


def test_without_a_total_there_is_no_loss():
    lines = list[str]()
    reporter([0.0], lines).report(4, {"Loss/box": 0.5}, 0.01, TrainingState())
    assert (Progress.from_line(lines[0]) or Progress(step=0, total_steps=0)).loss is None


def test_a_step_is_written_again_when_there_is_a_new_checkpoint_and_another_step_always():
    lines = list[str]()
    reported, state = reporter([0.0], lines), TrainingState()
    for step, checkpoint in ((1, None), (1, None), (1, 1), (1, 1), (2, 1)):
        state.checkpoint_step = checkpoint
        reported.report(step, {}, 0.01, state)
    found = [Progress.from_line(line) for line in lines]
    assert [(line.step, line.last_checkpoint_step) for line in found if line] == [(1, None), (1, 1), (2, 1)]


def speeds(points: list[tuple[float, int]]) -> list[float | None]:
    """The speed that is written when each of these steps is done at its time."""
    now, lines = [0.0], list[str]()
    reported = reporter(now, lines)
    for now[0], step in points:
        reported.completed(step)
        reported.report(step, {}, 0.01, TrainingState())
    return [line.steps_per_second for line in map(Progress.from_line, lines) if line]


@pytest.mark.parametrize(
    ("points", "last"),
    [
        ([(50, 1)], None),
        ([(50, 1), (50, 5)], None),
        ([(50, 1), (52, 5)], 2.0),
        ([(0, 1), (10, 11), (40, 101)], 2.5),
        ([(0, 1), (10, 11), (40.5, 102)], 2.98361),
        ([(0, 1), (1, 2), (2, 3), (50, 51)], 1.0),
    ],
    ids=["the first call", "in no time", "two calls", "30 s ago counts", "longer ago does not", "after a long call"],
)
def test_the_speed_is_that_of_the_last_half_minute_without_the_first_call(points: list[tuple[float, int]], last: float | None):
    assert speeds(points)[-1] == last


def line(**fields: Any) -> str:
    return human_line(Progress(**{"step": 3, "total_steps": 9, **fields}))


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({}, "step 3/9"),
        ({"loss": 1.23456}, "step 3/9  loss 1.235"),
        ({"loss": 0.0}, "step 3/9  loss 0"),
        (
            {"loss": 1.0, "losses": {"Loss/b_loss": 0.12345, "Loss/a/c": 2.0}},
            "step 3/9  loss 1 (c 2, b 0.123)",
        ),
        ({"learning_rate": 0.012345}, "step 3/9  lr 0.0123"),
        ({"learning_rate": 0.0}, "step 3/9  lr 0"),
        ({"steps_per_second": 1.23456, "images_per_second": 9.87654}, "step 3/9  1.23 steps/s  9.88 images/s  5s left"),
        ({"steps_per_second": 0.0}, "step 3/9"),
        ({"last_checkpoint_step": 0}, "step 3/9  checkpoint 0"),
    ],
    ids=["nothing", "a loss", "a loss of 0", "its parts", "a rate", "a rate of 0", "a speed", "no speed", "checkpoint 0"],
)
def test_the_line_for_people_has_what_is_known(fields: dict[str, Any], text: str):
    assert line(**fields) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1, "1s"), (59, "59s"), (60, "1m00s"), (61, "1m01s"), (3599, "59m59s"), (3600, "1h00m"), (3661, "1h01m"), (90000, "25h00m")],
)
def test_the_time_left_is_in_the_largest_units(seconds: int, text: str):
    progress = line(step=0, total_steps=seconds, steps_per_second=1.0, images_per_second=1.0)
    assert progress.endswith(f"  {text} left")


def test_lines_go_to_stdout_at_once(capsys: pytest.CaptureFixture[str]):
    reported = Reporter(total_steps=9, batch_size=1, interval=0.0, human=True, structured=False)
    reported.report(3, {}, 0.5, TrainingState())
    assert capsys.readouterr().out == "step 3/9  lr 0.5\n"
