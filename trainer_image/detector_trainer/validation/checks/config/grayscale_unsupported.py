"""The resizer produces grayscale images, but the feature extractor requires three channels."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/grayscale-unsupported",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(11,),
    verified_by=("tests/oracle/test_recorded.py",),
    what="convert_to_grayscale produces images of one channel, but the feature extractor requires three.",
    why=(
        "The trainer fails when the first images reach the model: \"Exception encountered when calling layer 'model'\", or, in a "
        'CenterNet with bgr_ordering, "not enough values to unpack (expected 3, got 1)".'
    ),
    fix="Remove convert_to_grayscale; a gray JPEG or PNG is read as three equal channels.",
)
OF_THREE_COLOURS = ("ssd_mobilenet_v1", "ssd_mobilenet_v2_keras", "ssd_resnet", "ssd_efficientnet", "faster_rcnn_resnet")
"""Prefixes of the types whose first layer is always built for three channels."""


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    architecture = inputs.config.model.WhichOneof("model")
    if architecture not in ("ssd", "faster_rcnn", "center_net"):
        return
    model = getattr(inputs.config.model, architecture)
    kind = model.image_resizer.WhichOneof("image_resizer_oneof")
    if kind is None or not getattr(getattr(model.image_resizer, kind), "convert_to_grayscale", False):
        return
    extractor = model.feature_extractor
    if architecture == "center_net":  # without bgr_ordering, subtracting three means yields three channels
        needs = "bgr_ordering" if extractor.bgr_ordering else ""
    else:
        needs = extractor.type if extractor.type.startswith(OF_THREE_COLOURS) else ""
    if needs:
        field = f"model.{architecture}.image_resizer.{kind}.convert_to_grayscale"
        yield RULE.finding(
            f"{field} produces images of one channel, but {needs} requires three.",
            where=inputs.at(field),
        )
