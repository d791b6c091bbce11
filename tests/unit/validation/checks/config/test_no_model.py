"""The config has no model, or a kind that the trainer does not contain."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.config.no_model import RULE
from support.breaking import Change, assert_only, set_fields
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = (
    "no model",
    "an experimental model",
)

BREAKS: dict[str, Change] = {
    "no model": set_fields(model=None),
    "an experimental model": lambda case: case.config.model.experimental_model.SetInParent(),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
