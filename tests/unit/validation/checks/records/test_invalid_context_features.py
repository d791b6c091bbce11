"""The number or length of context features does not match the record or the model."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.invalid_context_features import RULE
from support.recorded_cases import assert_recorded, warned

RECORDED = (
    "context, a value short",
    "context, length 0 and values",
    "context, length -1",
    "context, NaN",
    "context, infinite",
)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)


TRAINS = ("context, longer features", "context, shorter features", "context, more features")
"""The trainer cuts or pads them: a warning."""


@pytest.mark.recorded
@pytest.mark.parametrize("name", TRAINS)
def test_features_of_another_length_or_number_are_a_warning(name: str, tmp_path: Path):
    assert warned(name, RULE.code, tmp_path)
