"""The fine-tune checkpoint does not exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.checkpoint.not_found import RULE
from support.breaking import Change, assert_only, set_fields
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = ("PATH_TO_BE_CONFIGURED",)

BREAKS: dict[str, Change] = {
    "no such checkpoint": set_fields(train_config__fine_tune_checkpoint="/no/ckpt-0"),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")


def test_a_broken_link_is_a_missing_checkpoint(case: Case):
    index = Path(f"{case.checkpoint}.index")
    index.unlink()
    index.symlink_to("/nowhere")
    finding = assert_only(case, lambda _: None, RULE.code, "error")
    assert "/nowhere" in finding.message


def test_a_missing_index_is_named_with_what_the_directory_contains(case: Case):
    prefix = case.checkpoint.with_name("ckpt-9")
    finding = assert_only(case, set_fields(train_config__fine_tune_checkpoint=str(prefix)), RULE.code, "error")
    assert finding.hint == "The directory contains ckpt-2."


def test_a_placeholder_is_named(case: Case):
    finding = assert_only(case, set_fields(train_config__fine_tune_checkpoint="PATH_TO_BE_CONFIGURED"), RULE.code, "error")
    assert "Replace PATH_TO_BE_CONFIGURED" in str(finding.hint)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
