"""The label map cannot be read."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.label_map.unreadable import RULE
from support.breaking import Change, assert_only, label_map
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BREAKS: dict[str, Change] = {
    "label map in UTF-16": label_map("item { id: 1 name: 'cat' }".encode("utf-16")),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")
