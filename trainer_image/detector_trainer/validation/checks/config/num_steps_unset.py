"""num_steps is 0 and no flag says how many."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/num-steps-unset",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(16,),
    verified_by=("object_detection/model_lib_v2.py",),
    what="train_config.num_steps is 0 or not set, and --num-steps is not given.",
    why="The proto says this trains for ever; the TF2 trainer ends with a TypeError after building everything.",
    fix="Set train_config.num_steps, or give --num-steps (spec.numSteps).",
)


FIELD = "train_config.num_steps"


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding."""
    if inputs.steps is None:
        yield RULE.finding("Nothing says how many steps to train.", where=Where(file=inputs.pipeline_config, field=FIELD))
