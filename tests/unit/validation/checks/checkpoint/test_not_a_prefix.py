"""fine_tune_checkpoint names a file or directory, not a prefix."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.checkpoint.not_a_prefix import RULE
from support.breaking import assert_only, set_fields
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = (
    "the index",
    "the data",
    "the folder",  # vocabulary: quoted
)


@pytest.mark.parametrize("suffix", [".index", ".data-00000-of-00001", ".meta", ".pb", "/.."])
def test_a_part_of_a_checkpoint_is_named_with_its_prefix(case: Case, suffix: str):
    path = case.checkpoint.parent if suffix == "/.." else Path(f"{case.checkpoint}{suffix}")
    if suffix in (".meta", ".pb"):
        path.touch()
    finding = assert_only(case, set_fields(train_config__fine_tune_checkpoint=str(path)), RULE.code, "error")
    assert suffix == ".pb" or str(case.checkpoint) in str(finding.hint)


def test_a_directory_without_a_checkpoint_is_named(case: Case):
    (case.folder / "empty").mkdir()
    finding = assert_only(case, set_fields(train_config__fine_tune_checkpoint=str(case.folder / "empty")), RULE.code, "error")
    assert "no .index file" in str(finding.hint)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
