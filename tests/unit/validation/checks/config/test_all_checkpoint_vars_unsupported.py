"""load_all_detection_checkpoint_vars is set."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.config.all_checkpoint_vars_unsupported import RULE
from support.breaking import Change, assert_only, set_fields
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BREAKS: dict[str, Change] = {
    "all checkpoint variables": set_fields(train_config__load_all_detection_checkpoint_vars=True),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")
