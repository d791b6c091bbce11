"""The training input has no input_path."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.no_input_path import RULE
from support.breaking import Change, assert_only, set_fields
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = ("no input_path",)

BREAKS: dict[str, Change] = {
    "no input": set_fields(train_input_reader__tf_record_input_reader__input_path=[]),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
