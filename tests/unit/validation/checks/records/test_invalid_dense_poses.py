"""Dense poses are missing, or their points lack coordinates (data_decoders/tf_example_decoder.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.invalid_dense_poses import RULE
from support.recorded_cases import assert_recorded, warned

RECORDED = (
    "dense poses, none",
    "dense poses, none of a record without boxes",
    "dense poses, an empty list of numbers",
    "dense poses, only negative numbers",
    "dense poses, no x",
    "dense poses, an x short",
    "dense poses, numbers of one box under a crop",
    "dense poses that are learned, 1.05",
    "dense poses that are learned, pixels",
    "dense poses that are learned, NaN",
    "dense poses that are learned, u of NaN",
)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)


TRAINS = (
    "dense poses, fewer points than their numbers say",
    "dense poses, numbers of one box",
    "dense poses, numbers of three boxes",
)
"""The trainer fills or drops them: a warning."""


@pytest.mark.recorded
@pytest.mark.parametrize("name", TRAINS)
def test_numbers_that_do_not_match_are_a_warning(name: str, tmp_path: Path):
    assert warned(name, RULE.code, tmp_path)
