"""The resizer produces images of a size that the feature extractor does not support (models/ssd_*_keras_feature_extractor.py)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from detector_trainer.contract import Finding, Severity
from detector_trainer.pipeline.extractors import pyramid
from detector_trainer.pipeline.resizer import FIXED, resizer_of
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

if TYPE_CHECKING:
    from detector_trainer.protos.types import SsdFeatureExtractor

RULE = Rule(
    code="config/unsupported-image-size",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(11,),
    verified_by=("tests/oracle/test_recorded.py",),
    what="The resizer produces images that are too small for the feature extractor or, with an FPN or a CenterNet, not a multiple of 32.",
    why=(
        'The trainer fails with "image size must be >= 129" (33 for MobileNet), or inside FeatureMaps with "Incompatible shapes": '
        "an FPN doubles each level and adds it to the one below, which must have the same size. The output of a CenterNet must have "
        "a quarter of the image's size."
    ),
    fix="Set height and width to multiples of 32, such as 320 or 640; or pad_to_multiple: 32 in feature_extractor.",
    example="fixed_shape_resizer { height: 300 width: 300 }   ->   fixed_shape_resizer { height: 320 width: 320 }",
)
HALVED_FIVE_TIMES = ("resnet_", "mobilenet_")
"""Prefixes of CenterNet extractors that halve an image five times, rounding up, and double it three times."""
DEEPEST = 5
"""Convolutions compute the levels above, which may have any size."""


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding if the resizer produces one size and the requirements of the feature extractor are known."""
    which = inputs.config.model.WhichOneof("model")
    resizer = resizer_of(inputs.config)
    if which not in ("ssd", "center_net") or resizer is None or not resizer.one_size:
        return
    extractor = getattr(inputs.config.model, which).feature_extractor
    sides = (resizer.low, resizer.high) if resizer.kind == FIXED else (resizer.high, resizer.high)
    field = f"model.{which}.image_resizer"
    where = inputs.at(field)
    least = _least(extractor.type)
    shown = f"{sides[1]} x {sides[0]}"
    if which == "center_net":
        if extractor.type.startswith(HALVED_FIVE_TIMES) and any(side % 32 for side in sides):
            yield RULE.finding(
                f"Images are resized to {shown} pixels, but {extractor.type} requires multiples of 32.",
                "Set height and width to multiples of 32.",
                where=where,
            )
    elif min(sides) < least:
        yield RULE.finding(
            f"Images are resized to {shown} pixels, but {extractor.type} requires {least} in each direction.",
            f"Set height and width to at least {least}.",
            where=where,
        )
    elif not all(_fits(extractor, side) for side in sides):
        near = 1 << min(_levels(extractor)[1], DEEPEST)
        yield RULE.finding(
            f"Images are resized to {shown} pixels, but the FPN of {extractor.type} requires multiples of {near}.",
            f"Set height and width to multiples of {near}, or pad_to_multiple: {near} in feature_extractor.",
            where=where,
        )


def _least(extractor: str) -> int:
    """Return the pixels that an image must have in each direction; 0 if that is unknown."""
    if extractor.startswith("ssd_mobilenet"):
        return 33
    return 129 if extractor.startswith(("ssd_resnet", "ssd_efficientnet")) else 0


def _levels(extractor: SsdFeatureExtractor) -> tuple[int, int]:
    return pyramid("ssd", extractor) or (0, 0)


def _fits(extractor: SsdFeatureExtractor, side: int) -> bool:
    """Tell whether each level of the FPN is twice as large as the next; a level of one pixel is stretched."""
    kind = extractor.type
    low, high = _levels(extractor)
    if low < 0:  # no level: another check reports it
        return True
    if not kind.endswith("_fpn_keras") or (kind.startswith("ssd_mobilenet") and extractor.use_explicit_padding):
        return True
    multiple = max(1, extractor.pad_to_multiple)
    padded = -(-side // multiple) * multiple
    sizes = [-(-padded // (1 << level)) for level in range(low, min(high, DEEPEST) + 1)]
    return all(size in (1, 2 * deeper) for size, deeper in pairwise(sizes))
