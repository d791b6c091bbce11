"""input_type is 0."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.config.unknown_input_type import RULE
from support.breaking import Change, assert_only, set_fields
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BREAKS: dict[str, Change] = {
    "input type 0": set_fields(train_input_reader__input_type=0),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")
