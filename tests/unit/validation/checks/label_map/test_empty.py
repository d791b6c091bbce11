"""The label map has no item."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.label_map.empty import RULE
from support.breaking import Change, assert_only, label_map
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BREAKS: dict[str, Change] = {
    "label map without a class": label_map("# nothing\n"),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")
