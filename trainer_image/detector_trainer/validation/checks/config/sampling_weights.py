"""sample_from_datasets_weights has another length than input_path."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/sampling-weights",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(39,),
    held_by=("tests/trainer/test_config_agrees.py",),
    what="sample_from_datasets_weights does not have one weight for each input_path.",
    why="The trainer ends with a TypeError about lists and strings.",
    fix="Give as many weights as paths.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding."""
    weights, paths = inputs.train.message.sample_from_datasets_weights, inputs.train.patterns
    if weights and len(weights) != len(paths):
        field = "train_input_reader.sample_from_datasets_weights"
        yield RULE.finding(
            f"{len(weights)} weights for {len(paths)} input paths.",
            where=inputs.at(field),
        )
