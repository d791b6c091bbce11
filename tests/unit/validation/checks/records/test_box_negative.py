"""A box with a negative coordinate."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.box_negative import RULE
from support.breaking import assert_warned, findings_of, scanned
from support.inputs import Case
from support.recorded_cases import assert_recorded
from support.records import SIDES, Features, features

RECORDED = ("a little negative",)

WORSE = {
    "a little negative": features((-0.01, 0.2, 0.5, 0.6)),
}


@pytest.mark.parametrize("record", WORSE.values(), ids=WORSE)
def test_what_trains_worse_is_a_warning(case: Case, record: Features):
    assert_warned(case, record, RULE.code)


@pytest.mark.parametrize("side", range(4), ids=SIDES)
def test_the_negative_side_is_named(case: Case, side: int):
    box = [0.1, 0.2, 0.5, 0.6]
    box[side] = -0.01
    if side in (2, 3):
        box[side - 2] = -0.02
    (finding,) = findings_of(scanned(case, features((box[0], box[1], box[2], box[3]))), RULE.code)
    expected = SIDES[side - 2] if side in (2, 3) else SIDES[side]
    assert finding.where.field == f"image/object/bbox/{expected}"
    assert f"{expected} is -0.0" in finding.message


def test_0_is_not_negative(case: Case):
    assert findings_of(scanned(case, features((0.0, 0.0, 0.5, 0.5))), RULE.code) == []


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
