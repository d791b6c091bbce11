"""An image has more boxes than max_number_of_boxes."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.too_many_boxes import RULE
from support.breaking import BOX, assert_warned, findings_of, scanned
from support.inputs import Case
from support.recorded_cases import assert_recorded
from support.records import Features, features

RECORDED = (
    "max_number_of_boxes of 1, shuffled",
    "max_number_of_boxes of 1, in order",
    "101 boxes",
)

WORSE = {
    "101 boxes": features(*[BOX] * 101),
}


@pytest.mark.parametrize("record", WORSE.values(), ids=WORSE)
def test_what_trains_worse_is_a_warning(case: Case, record: Features):
    assert_warned(case, record, RULE.code)


@pytest.mark.parametrize(("boxes", "named"), [(100, False), (101, True)])
def test_the_bound(case: Case, boxes: int, named: bool):
    assert bool(findings_of(scanned(case, features(*[BOX] * boxes)), RULE.code)) == named


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
