"""A keypoint that a CenterNet learns is outside of the image, usually because it is in pixels."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.keypoint_out_of_range import RULE
from support.recorded_cases import assert_recorded

RECORDED = (
    "keypoints, 1.02",
    "keypoints, 60.0",
    "keypoints, inf",
    "keypoints, 60 beside NaN",
    "keypoints, 60, one visible",
    "keypoints, 60, too few visibilities",
    "keypoints, 60, no visibilities",
    "keypoints, 60 of an image that is padded",
)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
