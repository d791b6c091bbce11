"""The resizer makes images of a size that the feature extractor cannot take (models/ssd_*_keras_feature_extractor.py)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule
from detector_trainer.validation.scan.resizer import FIXED, resizer_of

RULE = Rule(
    code="config/image-size",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(11,),
    held_by=("tests/oracle/test_recorded.py",),
    what="The resizer makes images too small for the feature extractor, or, for one with an FPN, no multiple of 32.",
    why=(
        'The trainer ends with "image size must be >= 129" (33 for MobileNet), or inside FeatureMaps with "Incompatible shapes": '
        "an FPN doubles each level, and adds it to the one below, which must be exactly as large."
    ),
    fix="Set height and width to multiples of 32, such as 320 or 640; or pad_to_multiple: 32 in feature_extractor.",
    example="fixed_shape_resizer { height: 300 width: 300 }   ->   fixed_shape_resizer { height: 320 width: 320 }",
)
DEEPEST = 5
"""The levels above are made by convolutions, and may have any size."""


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding, where the resizer gives all images one size, and the feature extractor is one that is known here."""
    which = inputs.config.model.WhichOneof("model")
    resizer = resizer_of(inputs.config)
    if which != "ssd" or resizer is None or not resizer.one_size:
        return
    extractor = inputs.config.model.ssd.feature_extractor
    sides = (resizer.low, resizer.high) if resizer.kind == FIXED else (resizer.high, resizer.high)
    field = "model.ssd.image_resizer"
    where = Where(file=inputs.pipeline_config, line=inputs.pipeline.line_of(field), field=field)
    least = _least(extractor.type)
    shown = f"{sides[1]} x {sides[0]}"
    if min(sides) < least:
        yield RULE.finding(
            f"Images are resized to {shown} pixels, and {extractor.type} needs {least} in each direction.",
            f"Set height and width to at least {least}.",
            where=where,
        )
    elif not all(_fits(extractor, side) for side in sides):
        near = 1 << min(extractor.fpn.max_level, DEEPEST)
        yield RULE.finding(
            f"Images are resized to {shown} pixels, and the FPN of {extractor.type} needs multiples of {near}.",
            f"Set height and width to multiples of {near}, or pad_to_multiple: {near} in feature_extractor.",
            where=where,
        )


def _least(extractor: str) -> int:
    """Pixels that an image must have in each direction; 0 where that is not known here."""
    if extractor.startswith("ssd_mobilenet"):
        return 33
    return 129 if extractor.startswith(("ssd_resnet", "ssd_efficientnet")) else 0


def _fits(extractor: Any, side: int) -> bool:
    """Whether each level of the FPN is twice the next; a level of one pixel is stretched."""
    kind = extractor.type
    if extractor.fpn.min_level < 0:  # no level at all: only the builder can tell
        return True
    if not kind.endswith("_fpn_keras") or (kind.startswith("ssd_mobilenet") and extractor.use_explicit_padding):
        return True
    multiple = max(1, extractor.pad_to_multiple)
    padded = -(-side // multiple) * multiple
    levels = range(extractor.fpn.min_level, min(extractor.fpn.max_level, DEEPEST) + 1)
    sizes = [-(-padded // (1 << level)) for level in levels]
    return all(size in (1, 2 * deeper) for size, deeper in pairwise(sizes))
