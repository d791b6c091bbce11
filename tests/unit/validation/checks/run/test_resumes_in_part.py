"""The checkpoint in model_dir has no value for some variables of the model."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from detector_trainer.checkpoints.restore import Match
from detector_trainer.validation.checks.run.resumes_in_part import RULE, check
from detector_trainer.validation.inputs import Inputs
from support.breaking import resume
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


@pytest.mark.parametrize(
    ("match", "named"),
    [
        (Match(variables=3, missing=["conv/bias"]), True),
        (Match(variables=3), False),
        (Match(variables=3, missing=["conv/bias"], other_shape=[("conv/kernel", (3,), (5,))]), False),
        (None, False),
    ],
    ids=["a variable is missing", "all are there", "another shape too: checkpoint/shape-mismatch", "nothing to compare"],
)
def test_missing_variables_of_the_resumed_checkpoint_are_named(case: Case, match: Match | None, named: bool):
    case.write()
    resume(case, steps=100)
    inputs = Inputs(str(case.pipeline), **case.options)
    inputs.__dict__["resumed_fit"] = SimpleNamespace(match=match, signature=None)
    found = list(check(inputs))
    assert [(finding.code, finding.severity.value) for finding in found] == [(RULE.code, "warning")] * named
    assert all("conv/bias" in finding.message for finding in found)
