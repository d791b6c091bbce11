"""The model learns scores instead of classes, but a record does not have one for each box and class (inputs.py: transform_input_data)."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.multiclass_scores_mismatch import RULE
from support.recorded_cases import assert_recorded

RECORDED = (
    "scores, none",
    "scores, 1 for two boxes",
    "scores, 3 for two boxes",
    "scores, 6 for two boxes",
    "scores, 8 for two boxes",
    "scores, four of a record without boxes",
    "scores, NaN",
    "scores, infinite",
)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
