"""input_type is 0."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/unknown-input-type",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(36,),
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="input_type of the input reader is INPUT_DEFAULT (0).",
    why='The trainer fails with "Unsupported input_type in config".',
    fix="Set input_type: TF_EXAMPLE, or remove the field.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    if inputs.train.message.input_type == 0:
        field = "train_input_reader.input_type"
        yield RULE.finding(f"{field} is 0.", where=inputs.at(field))
