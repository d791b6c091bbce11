"""A record does not have num_keypoints keypoints for each box."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.keypoint_count_mismatch import RULE
from support.recorded_cases import assert_recorded

RECORDED = (
    "keypoints short",
    "another num_keypoints",
    "keypoints, 60 beyond the last box",
)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
