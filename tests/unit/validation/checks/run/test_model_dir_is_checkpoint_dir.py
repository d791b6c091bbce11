"""model_dir is the directory of the fine-tune checkpoint (utils/variables_helper.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.run.model_dir_is_checkpoint_dir import RULE
from support.breaking import Change, assert_only
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = ("model_dir of the checkpoint",)


def point_at_itself(case: Case) -> None:
    case.options["model_dir"] = str(case.checkpoint.parent)
    (case.checkpoint.parent / "checkpoint").unlink(missing_ok=True)


BREAKS: dict[str, Change] = {
    "model_dir of the checkpoint": point_at_itself,
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
