"""A box has a coordinate that is NaN or infinite."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.box_not_finite import RULE
from support.breaking import Record, assert_named
from support.inputs import Case
from support.recorded_cases import assert_recorded
from support.records import features

RECORDED = (
    "NaN",
    "NaN under a crop",
    "infinity",
    "infinity under a crop",
)


NAN, INF = math.nan, math.inf
BROKEN = {
    "NaN": Record(features((0.1, NAN, 0.5, 0.6)), "image/object/bbox/xmin"),
    "infinity": Record(features((0.1, 0.2, 0.5, INF)), "image/object/bbox/xmax"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_named(case: Case, broken: Record):
    assert_named(case, broken, RULE.code)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
