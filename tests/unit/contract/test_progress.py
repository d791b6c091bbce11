"""A progress line survives the log it is written to."""

from __future__ import annotations

import pytest

from detector_trainer.contract import Progress

PROGRESS = Progress(
    step=120,
    total_steps=20000,
    loss=1.25,
    losses={"Loss/classification_loss": 0.75},
    learning_rate=0.01,
    steps_per_second=4.0,
    images_per_second=32.0,
    last_checkpoint_step=100,
    last_checkpoint="/models/pets/ckpt-2",
    time=1750000000.0,
)


@pytest.mark.parametrize(
    "before",
    ["", "2026-01-01T00:00:00Z ", "trainer-0 | ", "I0101 00:00:00.1 140 loop.py:7] "],
    ids=["bare", "time", "pod", "absl"],
)
def test_a_line_is_read_back_whatever_a_log_puts_before_it(before):
    assert Progress.from_line(before + PROGRESS.to_line() + "\n") == PROGRESS


def test_a_line_is_one_line():
    assert "\n" not in PROGRESS.to_line()


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Step 100 per-step time 0.3s",
        PROGRESS.to_line()[:-20],
        "detector-training: {}",
        "detector-training: step 3",
        "\x00\xff",
    ],
    ids=["empty", "upstream's own", "cut", "no step", "human", "binary"],
)
def test_other_lines_are_not_progress(line):
    assert Progress.from_line(line) is None


def test_fields_of_a_newer_trainer_are_ignored():
    assert Progress.from_line('detector-training: {"step": 1, "totalSteps": 2, "gpuUtilisation": 0.5}') == Progress(
        step=1, total_steps=2
    )


def test_time_left_follows_from_the_present_speed():
    assert PROGRESS.seconds_remaining == (20000 - 120) / 4.0
    assert Progress(step=1, total_steps=2).seconds_remaining is None
