"""input_type is 0."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.config.unknown_input_type import RULE
from support.breaking import Change, assert_only, set_fields
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = ("input_type 0",)

BREAKS: dict[str, Change] = {
    "input type 0": set_fields(train_input_reader__input_type=0),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
