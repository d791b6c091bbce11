"""A keypoint that a CenterNet learns is outside of the image, usually because it is in pixels."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.keypoint_out_of_range import RULE
from oracle.case import Case
from support.inputs import codes
from support.recorded_cases import assert_recorded, rows, warned

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


NOT_PADDED = "{ keep_aspect_ratio_resizer { min_dimension: 128 max_dimension: 128 } }"


@pytest.mark.recorded
def test_a_resizer_that_does_not_pad_does_not_move_keypoints(tmp_path: Path):
    """Padding moves 1.02 into the image: the recorded case of a padded image passes."""
    case = rows()["keypoints, 1.02"].case
    edits = [*case.edits, ["config", "model.center_net.image_resizer", NOT_PADDED]]
    assert RULE.code in codes(Case(case.base, edits).write(tmp_path / "case").report())
    assert warned("keypoints, 60 under a crop", RULE.code, tmp_path)
