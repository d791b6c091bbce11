"""A data file of the fine-tune checkpoint is missing, truncated or damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.checkpoints.checkpoint import read_checkpoint
from detector_trainer.validation.checks.checkpoint import corrupt
from detector_trainer.validation.checks.checkpoint.corrupt import RULE
from support.breaking import Change, assert_only, flip, metadata_findings
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = (
    "no data file",
    "data cut off",
    "a flipped byte in a tensor",
)

BREAKS: dict[str, Change] = {
    "a flipped bit in a tensor": flip(".data-00000-of-00001", 100),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")


def test_damage_of_tensors_that_the_trainer_does_not_restore_is_a_warning(case: Case, monkeypatch: pytest.MonkeyPatch):
    flip(".data-00000-of-00001", 100)(case)
    monkeypatch.setattr(corrupt, "restored_tensors", lambda *_: frozenset())
    (finding,) = metadata_findings(case, RULE.code)
    assert finding.severity == "warning"
    assert "The trainer does not restore them" in finding.message


def test_damage_of_a_restored_tensor_is_an_error_beside_others(case: Case, monkeypatch: pytest.MonkeyPatch):
    path = Path(f"{case.checkpoint}.data-00000-of-00001")
    path.write_bytes(path.read_bytes()[:1000])
    everything = frozenset(read_checkpoint(str(case.checkpoint)).entries)
    monkeypatch.setattr(corrupt, "restored_tensors", lambda *_: everything)
    (finding,) = metadata_findings(case, RULE.code)
    assert finding.severity == "error"
    assert "tensors are damaged or missing" in finding.message


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
