"""The label map has a syntax error (utils/label_map_util.py)."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.label_map.syntax_error import RULE
from support.breaking import Change, assert_only, label_map
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BREAKS: dict[str, Change] = {
    "label map with smart quotes": label_map("item { id: 1 name: ‘cat’ }"),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")
