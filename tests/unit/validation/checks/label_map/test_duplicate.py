"""Two items share an id or a name, or an item has several ids."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.label_map.duplicate import RULE
from support.breaking import Change, assert_only, label_map
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = (
    "two ids in an item",
    "an id twice",
    "a name twice",
)
BESIDE = {
    "two ids in an item": ["records/label-out-of-range"],
}
"""The errors that a case has besides this one."""

BREAKS: dict[str, Change] = {
    "label map with an id twice": label_map("item { id: 1 name: 'cat' } item { id: 1 name: 'dog' }"),
    "label map with two ids in an item": label_map("item { id: 1 name: 'cat' id: 2 name: 'dog' }"),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "warning")


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path, BESIDE.get(name, ()))
