"""class/text and class/label contradict each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.text_label_conflict import RULE
from support.breaking import BOX, assert_warned
from support.inputs import Case
from support.recorded_cases import assert_recorded
from support.records import Features, features

RECORDED = (
    "an id twice",
    "a name twice",
    "a display name that is another's name, and wins",
    "text against label",
)

WORSE = {
    "text against label": features(BOX, image__object__class__label=[2]),
}


@pytest.mark.parametrize("record", WORSE.values(), ids=WORSE)
def test_what_trains_worse_is_a_warning(case: Case, record: Features):
    assert_warned(case, record, RULE.code)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
