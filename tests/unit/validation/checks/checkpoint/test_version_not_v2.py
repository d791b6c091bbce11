"""fine_tune_checkpoint_version is not V2."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.checkpoint.version_not_v2 import RULE
from support.breaking import Change, assert_only, set_fields
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BREAKS: dict[str, Change] = {
    "version V1": set_fields(train_config__fine_tune_checkpoint_version=1),
    "version unset": set_fields(train_config__fine_tune_checkpoint_version=None),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")
