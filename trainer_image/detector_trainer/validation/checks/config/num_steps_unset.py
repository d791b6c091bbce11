"""num_steps is 0 and no flag sets the number of steps."""

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
    what="train_config.num_steps is 0 or not set, and --num-steps is not set.",
    why="According to the proto this trains indefinitely; the TF2 trainer fails with a TypeError after it has built everything.",
    fix="Set train_config.num_steps, or pass --num-steps (spec.numSteps).",
)


FIELD = "train_config.num_steps"


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    if inputs.steps is None:
        yield RULE.finding("The number of steps is not set.", where=Where(file=inputs.pipeline_config, field=FIELD))
