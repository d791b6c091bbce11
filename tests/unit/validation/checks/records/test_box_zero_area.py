"""A box has no area."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.box_zero_area import RULE
from support.breaking import assert_warned
from support.inputs import Case
from support.recorded_cases import assert_recorded
from support.records import Features, features

RECORDED = ("no area",)

WORSE = {
    "no area": features((0.1, 0.2, 0.5, 0.2)),
}


@pytest.mark.parametrize("record", WORSE.values(), ids=WORSE)
def test_what_trains_worse_is_a_warning(case: Case, record: Features):
    assert_warned(case, record, RULE.code)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
