"""The index of the fine-tune checkpoint cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.checkpoint.unreadable import RULE
from support.breaking import Change, assert_only, flip
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = ("an LFS pointer",)

BREAKS: dict[str, Change] = {
    "a flipped bit in the index": flip(".index", 60),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
