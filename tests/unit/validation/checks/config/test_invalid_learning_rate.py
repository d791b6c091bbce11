"""A learning rate that is a number at every step passes, also where two steps of its schedule fall together."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format

from detector_trainer.validation.checks.config.invalid_learning_rate import RULE
from support.breaking import Change, assert_only, cosine, manual, set_fields
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = (
    "no optimizer",
    "no learning rate",
    "base below warmup",
    "total below warmup by default",
    "a manual step at 0",
    "manual steps that fall",
    "an empty manual schedule",
    "warmup to the end",
    "an exponential schedule of 0 steps",
    "an exponential schedule with a negative factor",
    "a rate of 0",
    "a rate of NaN",
    "a later rate of NaN",
)

CODE = "config/invalid-learning-rate"
WARM = "warmup_learning_rate: 0.001 learning_rate_base: 0.01"


def said(folder: Path, schedule: str, steps: int) -> str:
    """The message about the rate; empty if there is none."""
    case = Case(folder)
    case.config.train_config.num_steps = steps
    rate = case.config.train_config.optimizer.momentum_optimizer.learning_rate
    rate.Clear()
    text_format.Merge(schedule, rate)
    case.write()
    return next((finding.message for finding in case.report(scan=False).findings if finding.code == CODE), "")


@pytest.mark.parametrize(
    ("schedule", "steps"),
    [
        (f"cosine_decay_learning_rate {{ {WARM} warmup_steps: 5 hold_base_rate_steps: 5 total_steps: 10 }}", 100),
        (f"cosine_decay_learning_rate {{ {WARM} warmup_steps: 10 total_steps: 10 }}", 10),
        (f"cosine_decay_learning_rate {{ {WARM} warmup_steps: 0 total_steps: 10 warmup_learning_rate: nan }}", 10),
        ("exponential_decay_learning_rate { decay_steps: 0 burnin_steps: 10 }", 10),
        ("exponential_decay_learning_rate { decay_steps: 5 decay_factor: -1 }", 10),
        ("exponential_decay_learning_rate { }", 10),
        ("manual_step_learning_rate { initial_learning_rate: 0 schedule { step: 5 learning_rate: 0.1 } }", 10),
        ("manual_step_learning_rate { warmup: true schedule { step: 5 learning_rate: 0.1 } }", 10),
    ],
)
def test_rates_that_are_numbers_pass(tmp_path: Path, schedule: str, steps: int):
    assert said(tmp_path, schedule, steps) == ""


@pytest.mark.parametrize(
    ("schedule", "steps", "words"),
    [
        (f"cosine_decay_learning_rate {{ {WARM} warmup_steps: 10 total_steps: 10 }}", 11, "step 10 would be nan"),
        ("cosine_decay_learning_rate { warmup_steps: 0 total_steps: 0 }", 10, "step 0 would be nan"),
        ("exponential_decay_learning_rate { decay_steps: 0 burnin_steps: 3 }", 10, "step 3 would be nan"),
        ("exponential_decay_learning_rate { decay_steps: 5 decay_factor: -1 staircase: false }", 10, "step 1 would be nan"),
        ("manual_step_learning_rate { schedule { step: 50 learning_rate: nan } }", 10, "step 0 would be nan"),
        ("constant_learning_rate { learning_rate: inf }", 10, "step 0 would be inf"),
        ("constant_learning_rate { learning_rate: 0 }", 10, "0 from the first"),
    ],
)
def test_a_rate_that_is_no_number_or_nothing_is_an_error(tmp_path: Path, schedule: str, steps: int, words: str):
    assert words in said(tmp_path, schedule, steps)


BREAKS: dict[str, Change] = {
    "no optimizer": set_fields(train_config__optimizer=None),
    "warmup by default 10000": cosine(learning_rate_base=0.0001, total_steps=500, warmup_learning_rate=0.0),
    "base below warmup": cosine(learning_rate_base=0.0001, total_steps=500, warmup_steps=9, warmup_learning_rate=0.001),
    "schedule from step 0": manual(0, 5),
    "schedule that falls": manual(5, 5),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")


def test_a_rate_of_nan_is_an_error_although_the_schedule_ends_early_too(case: Case):
    change = cosine(learning_rate_base=0.0001, total_steps=5, warmup_steps=5, warmup_learning_rate=0.0)
    finding = assert_only(case, change, RULE.code, "error", "config/learning-rate-ends-early")
    assert "would be nan" in finding.message


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
