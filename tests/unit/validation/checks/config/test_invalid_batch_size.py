"""The batch size is 0, or not a multiple of the number of GPUs."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.config.invalid_batch_size import RULE
from support.breaking import Change, assert_only, metadata_findings, set_fields
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = ("a batch of 0",)

BREAKS: dict[str, Change] = {
    "batch of 0": set_fields(train_config__batch_size=0),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")


@pytest.mark.parametrize(
    ("size", "gpus", "hint"), [(5, 2, "Set it to 4 or 6."), (5, 4, "Set it to 4 or 8."), (1, 2, "Set it to 2 or 4.")]
)
def test_a_batch_must_be_a_multiple_of_the_gpus(case: Case, size: int, gpus: int, hint: str):
    case.options["gpus"] = gpus
    assert assert_only(case, set_fields(train_config__batch_size=size), RULE.code, "error").hint == hint


@pytest.mark.parametrize(("size", "gpus"), [(4, 2), (3, 1), (3, 0), (3, None)])
def test_a_multiple_passes(case: Case, size: int, gpus: int | None):
    case.options["gpus"] = gpus
    set_fields(train_config__batch_size=size)(case)
    assert metadata_findings(case, RULE.code) == []


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
