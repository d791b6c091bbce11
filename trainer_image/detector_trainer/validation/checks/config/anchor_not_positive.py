"""Anchors of no size, or of a negative one (anchor_generators/*.py)."""

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
    silent_impact="worse at least: where such an anchor comes to be matched the loss is nan or inf; elsewhere it is of no use, and so it is no error",
    verified_by=("tests/oracle/test_recorded.py",),
    what="A size, stride, scale or aspect ratio of the anchors is 0 or negative.",
    why="The trainer goes on to the last step, with anchors that look like no object.",
    fix="Copy the anchor generator from the official config of the model.",
)
FIELDS = {"ssd": "anchor_generator", "faster_rcnn": "first_stage_anchor_generator"}
"""Where the generator of a meta-architecture stands."""
POSITIVE = {
    "ssd_anchor_generator": ("max_scale", "scales", "aspect_ratios", "base_anchor_height", "base_anchor_width"),
    "grid_anchor_generator": ("height", "width", "height_stride", "width_stride", "scales", "aspect_ratios"),
    "multiscale_anchor_generator": ("anchor_scale", "aspect_ratios"),
}


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding a field."""
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
            yield RULE.finding(f"{field} is {wrong:g}; it has to be above 0.", where=inputs.at(field))
