"""A path contains a control character, usually from a Windows path that was read as escapes."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.config.control_character_in_path import RULE
from support.breaking import Change, assert_only, set_fields
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BREAKS: dict[str, Change] = {
    "a Windows path": set_fields(train_config__fine_tune_checkpoint="C:\new\train"),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")
