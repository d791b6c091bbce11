"""second_stage_batch_size is above first_stage_max_proposals."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/second-stage-batch-too-large",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(14,),
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="second_stage_batch_size is above first_stage_max_proposals.",
    why="The model builder rejects it.",
    fix="Raise first_stage_max_proposals or lower second_stage_batch_size.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    if inputs.config.model.WhichOneof("model") != "faster_rcnn":
        return
    model = inputs.config.model.faster_rcnn
    if model.second_stage_batch_size > model.first_stage_max_proposals:
        field = "model.faster_rcnn.second_stage_batch_size"
        yield RULE.finding(
            f"second_stage_batch_size {model.second_stage_batch_size} is above first_stage_max_proposals {model.first_stage_max_proposals}.",
            where=inputs.at(field),
        )
