"""The image resizer is missing, contradictory, or not supported by the input pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

if TYPE_CHECKING:
    from detector_trainer.protos.types import ImageResizer

RULE = Rule(
    code="config/invalid-image-resizer",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(11,),
    verified_by=("tests/trainer/test_config_agrees.py", "tests/oracle/test_recorded.py"),
    what="image_resizer is missing, sets no valid size, or is of a kind that the input pipeline does not support.",
    why=(
        'The trainer fails with "Invalid image resizer option", "min_dimension > max_dimension", "output dimensions must be positive" '
        'or, for pad_to_multiple_resizer, "Unknown image resizer type" (config_util.get_spatial_image_size).'
    ),
    fix="Set image_resizer, for example fixed_shape_resizer { height: 320 width: 320 }.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    which = inputs.config.model.WhichOneof("model")
    if which not in ("ssd", "faster_rcnn", "center_net"):
        return
    field = f"model.{which}.image_resizer"
    problem = _wrong(getattr(inputs.config.model, which).image_resizer)
    if problem:
        where = inputs.at(field)
        message, *hint = problem
        yield RULE.finding(message.format(field), *hint, where=where)


def _wrong(resizer: ImageResizer) -> tuple[str, ...]:
    """Return a message with {} for the field's name, then a hint if it differs from the rule's; empty if the resizer is valid."""
    kind = resizer.WhichOneof("image_resizer_oneof")
    if kind is None:
        return ("{} is not set.",)
    settings = getattr(resizer, kind)
    if kind == "fixed_shape_resizer" and min(settings.height, settings.width) < 1:
        return (
            f"{{}} resizes images to a width of {settings.width} and a height of {settings.height} pixels.",
            "Set height and width above 0.",
        )
    if kind == "keep_aspect_ratio_resizer":
        if settings.min_dimension > settings.max_dimension:
            return (
                f"{{}}: min_dimension {settings.min_dimension} is above max_dimension {settings.max_dimension}.",
                "Set min_dimension to at most max_dimension.",
            )
        if settings.min_dimension < 1:
            return (f"{{}}: min_dimension is {settings.min_dimension}.", "Set min_dimension above 0.")
    if kind == "conditional_shape_resizer":
        conditions = type(settings)
        if settings.condition == conditions.INVALID:
            return ("{}: condition is INVALID.", "Set condition to GREATER or SMALLER.")
        if settings.condition == conditions.GREATER and settings.size_threshold < 1:
            return (f"{{}}: size_threshold is {settings.size_threshold}.", "Set size_threshold above 0.")
    if kind == "pad_to_multiple_resizer":
        return (
            "{} is a pad_to_multiple_resizer, which the input pipeline does not support.",
            "Use keep_aspect_ratio_resizer with pad_to_max_dimension: true.",
        )
    return ()
