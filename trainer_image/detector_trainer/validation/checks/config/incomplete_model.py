"""A block of the model in which one of several kinds has to be chosen names none (builders/*_builder.py)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/incomplete-model",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(14,),
    held_by=("tests/oracle/test_recorded.py",),
    what="A block of the model that chooses a kind, such as box_predictor or anchor_generator, is missing or empty.",
    why='The trainer ends with "Unknown box predictor for Keras: None", "Empty box coder" or the like when it builds the model.',
    fix="Copy the block from the official config of the model.",
)
CHOICES = (
    "box_coder",
    "matcher",
    "similarity_calculator",
    "anchor_generator",
    "box_predictor",
    "loss.classification_loss",
    "loss.localization_loss",
)
"""The blocks of an SSD in which a kind has to be chosen. Other meta-architectures are left to `validate --deep`."""


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding a block."""
    if inputs.config.model.WhichOneof("model") != "ssd":
        return
    for path in CHOICES:
        message: Any = inputs.config.model.ssd
        for name in path.split("."):
            message = getattr(message, name)
        (kinds,) = message.DESCRIPTOR.oneofs
        if message.WhichOneof(kinds.name) is None:
            field = f"model.ssd.{path}"
            some = ", ".join(kind.name for kind in kinds.fields[:3])
            yield RULE.finding(
                f"{field} names no kind: {some} …",
                where=Where(file=inputs.pipeline_config, line=inputs.pipeline.line_of(field), field=field),
            )
