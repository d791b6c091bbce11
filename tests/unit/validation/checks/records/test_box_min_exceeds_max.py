"""A box whose minimum is above its maximum."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.box_min_exceeds_max import RULE
from support.breaking import Record, assert_named
from support.inputs import Case
from support.recorded_cases import assert_recorded
from support.records import features

RECORDED = (
    "xmin above xmax",
    "xmin above xmax under a crop",
)

BROKEN = {
    "xmin above xmax": Record(features((0.1, 0.6, 0.5, 0.2)), "image/object/bbox/xmin"),
    "ymin above ymax": Record(features((0.5, 0.2, 0.1, 0.6)), "image/object/bbox/ymin"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_named(case: Case, broken: Record):
    assert_named(case, broken, RULE.code)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
