"""A scalar feature has several values, or none."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.multi_value_scalar import RULE
from support.breaking import BOX, Record, assert_named
from support.inputs import Case
from support.recorded_cases import assert_recorded
from support.records import features, image

RECORDED = (
    "two heights",
    "three widths beside numerical masks",
    "two bad channels",
)

BROKEN = {
    "two images": Record(features(BOX, image__encoded=[image(), image()]), "image/encoded"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_named(case: Case, broken: Record):
    assert_named(case, broken, RULE.code)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
