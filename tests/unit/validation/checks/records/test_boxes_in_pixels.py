"""A box has a coordinate above 1.1, usually because it is in pixels."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.boxes_in_pixels import RULE
from support.breaking import Record, assert_named, findings_of, scanned
from support.inputs import Case
from support.recorded_cases import assert_recorded
from support.records import features

RECORDED = (
    "pixels",
    "pixels under a crop",
)

BROKEN = {
    "pixels": Record(features((10, 20, 50, 60)), "image/object/bbox/xmin"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_named(case: Case, broken: Record):
    assert_named(case, broken, RULE.code)


@pytest.mark.parametrize(("value", "named"), [(1.1, False), (1.1001, True)])
def test_a_coordinate_of_at_most_11_tenths_is_not_in_pixels(case: Case, value: float, named: bool):
    """The values are float32: 1.1 is stored as 1.10000002, which the trainer's float32 comparison accepts."""
    assert bool(findings_of(scanned(case, features((0.1, 0.2, 0.5, value))), RULE.code)) == named


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
