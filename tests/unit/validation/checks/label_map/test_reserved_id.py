"""An item has id 0, which is reserved for the background."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.label_map.reserved_id import RULE
from support.breaking import Change, assert_only, label_map
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = (
    "id 0",
    "no id",
)
BESIDE = {
    "id 0": ["records/label-out-of-range"],
    "no id": ["records/label-out-of-range"],
}
"""The errors that a case has besides this one."""

BREAKS: dict[str, Change] = {
    "label map from 0": label_map("item { id: 0 name: 'cat' }"),
    "label map without ids": label_map("item { name: 'cat' }"),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path, BESIDE.get(name, ()))
