"""A field that TF2 ignores is set."""

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
    silent_impact="worse: it trains all variables, not those that were asked for",
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="freeze_variables, update_trainable_variables or bias_grad_multiplier is set.",
    why="Only the TF1 trainer reads them: the TF2 trainer trains every variable, silently.",
    fix="Remove the field; to freeze batch norm use freeze_batchnorm, to train less use a smaller learning rate.",
)


FIELDS = ("freeze_variables", "update_trainable_variables", "bias_grad_multiplier")


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding a field."""
    for descriptor, _ in inputs.config.train_config.ListFields():
        if descriptor.name in FIELDS:
            field = f"train_config.{descriptor.name}"
            yield RULE.finding(
                f"{field} is set, and the TF2 trainer ignores it.",
                where=inputs.at(field),
            )
