"""The image resizer is missing or contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/image-resizer",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(11,),
    held_by=("tests/trainer/test_config_agrees.py",),
    what="image_resizer is missing, or its minimum is above its maximum.",
    why='The trainer ends with "Invalid image resizer option" or a ValueError.',
    fix="Set image_resizer, for example fixed_shape_resizer { height: 320 width: 320 }.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding."""
    which = inputs.config.model.WhichOneof("model")
    if which not in ("ssd", "faster_rcnn", "center_net"):
        return
    field = f"model.{which}.image_resizer"
    resizer = getattr(inputs.config.model, which).image_resizer
    kind = resizer.WhichOneof("image_resizer_oneof")
    where = Where(file=inputs.pipeline_config, line=inputs.pipeline.line_of(field), field=field)
    if kind is None:
        yield RULE.finding(f"{field} is not set.", where=where)
    elif kind == "keep_aspect_ratio_resizer":
        settings = resizer.keep_aspect_ratio_resizer
        if settings.min_dimension > settings.max_dimension:
            yield RULE.finding(
                f"min_dimension {settings.min_dimension} is above max_dimension {settings.max_dimension}.",
                "Set min_dimension to at most max_dimension.",
                where=where,
            )
