"""An item has id 0, which is reserved for the background."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.label_map.reserved_id import RULE
from support.breaking import Change, assert_only, label_map
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BREAKS: dict[str, Change] = {
    "label map from 0": label_map("item { id: 0 name: 'cat' }"),
    "label map without ids": label_map("item { name: 'cat' }"),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")
