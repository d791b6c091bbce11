"""The fine-tune checkpoint was written by TF1."""

from __future__ import annotations

import pytest

from detector_trainer.checkpoints.checkpoint import Checkpoint
from detector_trainer.validation.checks.checkpoint.written_by_tf1 import RULE
from support.breaking import metadata_findings
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


def test_a_checkpoint_without_an_object_graph_was_written_by_tf1(case: Case, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Checkpoint, "is_object_based", property(lambda _: False))
    (finding,) = metadata_findings(case, RULE.code)
    assert finding.severity == "error"
    assert "no object graph" in finding.message


def test_a_tf2_checkpoint_passes(case: Case):
    assert metadata_findings(case, RULE.code) == []
