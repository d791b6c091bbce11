"""A path contains a control character, usually from a Windows path that was read as escapes."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.config.control_character_in_path import RULE
from support.breaking import Change, metadata_findings, set_fields
from support.inputs import Case, codes
from support.recorded_cases import assert_recorded

RECORDED = ("a Windows path",)
BESIDE = {
    "a Windows path": ["records/no-file"],
}
"""The errors that a case has besides this one."""

BREAKS: dict[str, Change] = {
    "a Windows path": set_fields(train_config__fine_tune_checkpoint="C:\new\train"),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    change(case)
    (finding,) = metadata_findings(case, RULE.code)
    assert (finding.severity, finding.where.field) == ("error", "train_config.fine_tune_checkpoint")
    assert "a backslash in it was read as an escape" in finding.message


def test_the_path_with_the_escape_does_not_exist_either(case: Case):
    set_fields(train_config__fine_tune_checkpoint="C:\new\train")(case)
    case.write()
    assert codes(case.report(scan=False)) == {RULE.code: "error", "checkpoint/not-found": "error"}


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path, BESIDE.get(name, ()))
