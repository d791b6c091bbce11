"""fine_tune_checkpoint_version is not V2."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.checkpoint.version_not_v2 import RULE
from support.breaking import Change, assert_only, set_fields
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = ("no version",)

BREAKS: dict[str, Change] = {
    "version V1": set_fields(train_config__fine_tune_checkpoint_version=1),
    "version unset": set_fields(train_config__fine_tune_checkpoint_version=None),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
