"""num_classes is 0 or not set."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/num-classes-unset",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(5,),
    silent_impact="useless: the model learns positions and no classes",
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="num_classes is 0 or not set.",
    why=(
        "The trainer reports nothing: it trains boxes without classes (loss 0.68). A CenterNet cannot be built: "
        '"Received filters=0".'
    ),
    fix="Set num_classes to the largest id of the label map.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    which = inputs.config.model.WhichOneof("model")
    if which not in ("ssd", "faster_rcnn", "center_net") or getattr(inputs.config.model, which).num_classes > 0:
        return
    field = f"model.{which}.num_classes"
    largest = inputs.label_map.max_id if inputs.label_map else 0
    hint = f"Set num_classes: {largest}, the largest id of the label map." if largest else None
    value = getattr(inputs.config.model, which).num_classes
    yield RULE.finding(
        f"{field} is {value}: the model would learn no classes.",
        hint,
        where=inputs.at(field),
    )
