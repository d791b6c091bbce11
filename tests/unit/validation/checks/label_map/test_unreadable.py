"""The label map cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.label_map.unreadable import RULE
from support.breaking import Change, assert_only, label_map
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = (
    "no such label map",
    "an empty label map",
    "a label map in UTF-16",
)

BREAKS: dict[str, Change] = {
    "label map in UTF-16": label_map("item { id: 1 name: 'cat' }".encode("utf-16")),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
