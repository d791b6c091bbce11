"""The label map has ids above num_classes."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="label-map/id-above-num-classes",
    severity=Severity.WARNING,
    cost=Cost.META,
    catalogue=(21,),
    silent_impact="worse: boxes of those classes train as background",
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="The largest id of the label map is above num_classes.",
    why="Boxes of those classes silently train as background. If the records have no such boxes, nothing is lost.",
    fix="Set num_classes to the largest id.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding. Fewer ids than num_classes are legal: COCO has 80 items and 90 classes."""
    which = inputs.config.model.WhichOneof("model")
    if which not in ("ssd", "faster_rcnn") or inputs.label_map is None:
        return
    classes = getattr(inputs.config.model, which).num_classes
    above = [item for item in inputs.label_map.items if item.id > classes]
    if classes and above:
        field = f"model.{which}.num_classes"
        yield RULE.finding(
            f"num_classes is {classes}, but item {above[0].shown!r} has id {above[0].id}.",
            f"Set num_classes: {inputs.label_map.max_id}.",
            where=Where(file=inputs.label_map.path, line=above[0].line, field=field),
            count=len(above),
        )
