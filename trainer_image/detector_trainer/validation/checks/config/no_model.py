"""The config has no model, or a kind that the trainer does not contain."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/no-model",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(4, 14),
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="The pipeline config has no model block, an empty one, or an experimental_model.",
    why='The trainer fails with "Unknown meta architecture: None", or with a bare KeyError: it contains no experimental models.',
    fix="Start from one of the official TF2 configs.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding if no meta-architecture is set."""
    which = inputs.config.model.WhichOneof("model")
    if which is None:
        yield RULE.finding(
            "The config has no model { ssd | faster_rcnn | center_net }.", where=Where(file=inputs.pipeline_config, field="model")
        )
    elif which == "experimental_model":
        field = "model.experimental_model"
        yield RULE.finding(
            "The model is an experimental_model, which the trainer does not contain.",
            where=inputs.at(field),
        )
