"""The label map has a syntax error (utils/label_map_util.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.label_map.syntax_error import RULE
from support.breaking import Change, assert_only, label_map
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = (
    "a syntax error",
    "smart quotes",
    "a byte order mark in the label map",
    "a binary label map",
)

BREAKS: dict[str, Change] = {
    "label map with smart quotes": label_map("item { id: 1 name: ‘cat’ }"),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
