"""fine_tune_checkpoint_type does not match the contents of the checkpoint."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.checkpoint.type_mismatch import RULE
from support.breaking import Change, assert_only, set_fields
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BREAKS: dict[str, Change] = {
    "type unset": set_fields(train_config__fine_tune_checkpoint_type=None),
    "type fine_tune": set_fields(train_config__fine_tune_checkpoint_type="fine_tune"),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")
