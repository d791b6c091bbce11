"""fine_tune_checkpoint_type does not match the contents of the checkpoint."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.checkpoint.type_mismatch import RULE
from support.breaking import Change, assert_only, set_fields
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = (
    "no type",
    "fine_tune",
)

BREAKS: dict[str, Change] = {
    "type unset": set_fields(train_config__fine_tune_checkpoint_type=None),
    "type fine_tune": set_fields(train_config__fine_tune_checkpoint_type="fine_tune"),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
