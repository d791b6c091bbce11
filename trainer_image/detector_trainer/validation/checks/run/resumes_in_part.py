"""The checkpoint in model_dir has no value for some variables of the model."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="run/resumes-in-part",
    severity=Severity.WARNING,
    cost=Cost.META,
    catalogue=(51,),
    silent_impact="worse: a part of the model starts from random values at a late step of the schedule",
    verified_by=("tests/trainer/test_checkpoints_agree.py",),
    what="The training resumes from the checkpoint in model_dir, which has no value for some variables of the model.",
    why="The trainer reports nothing, and trains these variables from random values at the step of the checkpoint.",
    fix="Choose an empty model_dir, and set fine_tune_checkpoint to the checkpoint, if the model was changed on purpose.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding, with the number of variables. If the variables of the model are unknown, only --deep checks them."""
    fit = inputs.resumed_fit
    if fit is not None and fit.match is not None and fit.match.missing and not fit.match.other_shape:
        assert inputs.resumed is not None
        yield RULE.finding(str(fit.match), where=Where(file=inputs.resumed.prefix, field="model_dir"))
