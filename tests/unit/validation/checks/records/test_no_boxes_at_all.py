"""No training record has a box."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.no_boxes_at_all import RULE
from support.breaking import findings_of, scanned, the_error
from support.inputs import Case
from support.recorded_cases import assert_recorded
from support.records import features, write

RECORDED = (
    "boxes under other names",
    "no box at all",
)


def test_the_features_that_look_like_boxes_are_named(case: Case):
    record = features()
    record["image/object/bbox/x_min"] = [0.1]
    write(case.record, [record, record])
    case.config.ClearField("eval_input_reader")
    case.write()
    error = the_error(case.report())
    assert error.code == RULE.code
    assert "image/object/bbox/x_min" in error.message


def test_one_box_is_enough(case: Case):
    assert findings_of(scanned(case, features()), RULE.code) == []


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
