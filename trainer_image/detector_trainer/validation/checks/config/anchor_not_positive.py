"""An anchor whose size is 0 or negative (anchor_generators/*.py)."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/anchor-not-positive",
    severity=Severity.WARNING,
    cost=Cost.META,
    catalogue=(14,),
    silent_impact="worse at least: if such an anchor is matched, the loss is nan or inf; otherwise it is only unused, so this is a warning",
    verified_by=("tests/oracle/test_recorded.py",),
    what="A size, stride, scale or aspect ratio of the anchors is 0 or negative.",
    why="The trainer continues to the last step, with anchors that match no object.",
    fix="Copy the anchor generator from the official config of the model.",
)
FIELDS = {"ssd": "anchor_generator", "faster_rcnn": "first_stage_anchor_generator"}
"""The field of the anchor generator, by meta-architecture."""
POSITIVE = {
    "ssd_anchor_generator": ("max_scale", "scales", "aspect_ratios", "base_anchor_height", "base_anchor_width"),
    "grid_anchor_generator": ("height", "width", "height_stride", "width_stride", "scales", "aspect_ratios"),
    "multiscale_anchor_generator": ("anchor_scale", "aspect_ratios"),
}


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding for each field."""
    architecture = inputs.config.model.WhichOneof("model")
    if architecture not in FIELDS:
        return
    generator = getattr(getattr(inputs.config.model, architecture), FIELDS[architecture])
    kind = generator.WhichOneof("anchor_generator_oneof")
    for name in POSITIVE.get(kind, ()):
        value = getattr(getattr(generator, kind), name)
        values = [value] if isinstance(value, int | float) else list(value)
        wrong = next((number for number in values if number <= 0), None)
        if wrong is not None:
            field = f"model.{architecture}.{FIELDS[architecture]}.{kind}.{name}"
            yield RULE.finding(f"{field} is {wrong:g}; it must be above 0.", where=inputs.at(field))
