"""A box extends slightly beyond the image."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.box_out_of_range import RULE
from support.breaking import assert_warned, findings_of, scanned
from support.inputs import Case
from support.recorded_cases import assert_recorded
from support.records import Features, features

RECORDED = ("1.05",)

WORSE = {
    "a little outside": features((0.1, 0.2, 0.5, 1.05)),
}


@pytest.mark.parametrize("record", WORSE.values(), ids=WORSE)
def test_what_trains_worse_is_a_warning(case: Case, record: Features):
    assert_warned(case, record, RULE.code)


@pytest.mark.parametrize(("value", "named"), [(1.0, False), (1.05, True), (1.0999, True)])
def test_the_bounds(case: Case, value: float, named: bool):
    assert bool(findings_of(scanned(case, features((0.1, 0.2, 0.5, value))), RULE.code)) == named


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
