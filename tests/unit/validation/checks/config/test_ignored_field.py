"""A field that the TF2 trainer ignores is set."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.config.ignored_field import FIELDS, RULE
from support.breaking import Change, assert_only, set_fields
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BREAKS: dict[str, Change] = {
    "frozen variables": set_fields(train_config__freeze_variables=["x"]),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "warning")


VALUES = {"freeze_variables": ["x"], "update_trainable_variables": ["x"], "bias_grad_multiplier": 2.0}


@pytest.mark.parametrize("name", FIELDS)
def test_every_ignored_field_is_named(case: Case, name: str):
    finding = assert_only(case, set_fields(**{f"train_config__{name}": VALUES[name]}), RULE.code, "warning")
    assert finding.where.field == f"train_config.{name}"
