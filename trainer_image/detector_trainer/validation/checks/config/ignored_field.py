"""A field that the TF2 trainer ignores is set."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/ignored-field",
    severity=Severity.WARNING,
    cost=Cost.META,
    catalogue=(13,),
    silent_impact="worse: all variables are trained, not only the requested ones",
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="freeze_variables, update_trainable_variables or bias_grad_multiplier is set.",
    why="Only the TF1 trainer reads these fields: the TF2 trainer silently trains every variable.",
    fix="Remove the field; to freeze batch normalization use freeze_batchnorm, to change the weights less lower the learning rate.",
)


FIELDS = ("freeze_variables", "update_trainable_variables", "bias_grad_multiplier")


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding for each field."""
    for descriptor, _ in inputs.config.train_config.ListFields():
        if descriptor.name in FIELDS:
            field = f"train_config.{descriptor.name}"
            yield RULE.finding(
                f"{field} is set, but the TF2 trainer ignores it.",
                where=inputs.at(field),
            )
