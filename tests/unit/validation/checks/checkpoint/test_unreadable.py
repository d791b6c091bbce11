"""The index of the fine-tune checkpoint cannot be read."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.checkpoint.unreadable import RULE
from support.breaking import Change, assert_only, flip
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BREAKS: dict[str, Change] = {
    "a flipped bit in the index": flip(".index", 60),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")
