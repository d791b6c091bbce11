"""A model directory that cannot be written is rejected, unless only the pod of the validation mounts it read-only."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from detector_trainer.validation.checks.run import model_dir_unusable
from detector_trainer.validation.checks.run.model_dir_unusable import RULE
from detector_trainer.validation.inputs import Inputs
from support.breaking import Change, assert_only
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory `data` with a link to the directory `models`, in which nobody may write."""
    data, models = tmp_path / "data", tmp_path / "models"
    data.mkdir()
    models.mkdir()
    (data / "link").symlink_to(models)
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: models not in Path(path).resolve().parents and allowed(path, mode))
    (models / "pets").mkdir()
    return data


def findings(model_dir: Path) -> list[str]:
    return [finding.message for finding in model_dir_unusable.check(Inputs("pipeline.config", model_dir=str(model_dir)))]


def test_a_directory_that_cannot_be_written_is_rejected(data: Path):
    assert findings(data / "link" / "pets") == [f"{data}/link/pets is not writable."]


def test_one_that_the_trainer_mounts_writable_is_left_to_its_own_pod(data: Path, monkeypatch: pytest.MonkeyPatch):
    """`preflight` asks again there: the link leads to a mount that is read-only for the validation alone."""
    monkeypatch.setenv(model_dir_unusable.READ_ONLY_MOUNTS, f"/other:{data.parent}/models")
    assert findings(data / "link" / "pets" / "new") == []


@pytest.mark.parametrize("mounts", ["", ":", "/other", "/other:/models"])
def test_other_mounts_make_no_difference(data: Path, monkeypatch: pytest.MonkeyPatch, mounts: str):
    monkeypatch.setenv(model_dir_unusable.READ_ONLY_MOUNTS, mounts)
    assert len(findings(data / "link" / "pets")) == 1


BREAKS: dict[str, Change] = {
    "model_dir is a file": lambda case: case.model_dir.write_text(""),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error", "run/resume-from-nowhere")
