"""num_steps is 0 and no flag sets the number of steps."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.config.num_steps_unset import RULE
from support.breaking import Change, assert_only, set_fields
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BREAKS: dict[str, Change] = {
    "no steps": set_fields(train_config__num_steps=None),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")
