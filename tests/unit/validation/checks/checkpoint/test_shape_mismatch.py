"""The fine-tune checkpoint, or the checkpoint to resume, has variables whose shapes differ from those of the model."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from detector_trainer.checkpoints.restore import Match
from detector_trainer.validation.checks.checkpoint.shape_mismatch import RULE, check
from detector_trainer.validation.inputs import Inputs
from support.breaking import resume
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


OTHER = Match(variables=3, other_shape=[("conv/kernel", (3, 3), (5, 5))])
FIT = SimpleNamespace(match=OTHER, signature=None)


@pytest.fixture
def inputs(case: Case) -> Inputs:
    case.write()
    resume(case, steps=100)
    return Inputs(str(case.pipeline), **case.options)


def found(inputs: Inputs, *, tuned: object, resumed: object) -> list[str | None]:
    inputs.__dict__.update(fine_tune_fit=tuned, resumed_fit=resumed)
    return [finding.where.field for finding in check(inputs)]


def test_each_of_the_two_checkpoints_is_compared(inputs: Inputs):
    assert found(inputs, tuned=FIT, resumed=None) == ["train_config.fine_tune_checkpoint"]
    assert found(inputs, tuned=None, resumed=FIT) == ["model_dir"]
    assert found(inputs, tuned=FIT, resumed=FIT) == ["model_dir", "train_config.fine_tune_checkpoint"]


def test_missing_variables_are_reported_by_other_checks(inputs: Inputs):
    missing = SimpleNamespace(match=Match(variables=3, missing=["conv/bias"]), signature=None)
    assert found(inputs, tuned=missing, resumed=missing) == []


def test_nothing_to_restore_is_no_mismatch(inputs: Inputs):
    nothing = SimpleNamespace(match=None, signature=None)
    assert found(inputs, tuned=nothing, resumed=nothing) == []


def test_the_shapes_are_in_the_message(inputs: Inputs):
    inputs.__dict__.update(fine_tune_fit=FIT, resumed_fit=None)
    (finding,) = check(inputs)
    assert "conv/kernel is [3, 3] in the model and [5, 5] in the checkpoint" in finding.message
    assert finding.code == RULE.code
