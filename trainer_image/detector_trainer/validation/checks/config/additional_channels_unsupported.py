"""The images have additional channels, but the feature extractor accepts three."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/additional-channels-unsupported",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(11,),
    verified_by=("tests/oracle/test_recorded.py",),
    what="num_additional_channels is set, but the feature extractor accepts images of three channels.",
    why='The trainer fails when the first images reach the model: "Exception encountered when calling layer \'model\'", "Dimensions must be equal".',
    fix="Remove num_additional_channels, or use ssd_mobilenet_v2_fpn_keras or a CenterNet with an hourglass.",
)
FIELD = "train_input_reader.num_additional_channels"
OF_ANY_CHANNELS = ("ssd_mobilenet_v2_fpn_keras", "hourglass_")
"""Prefixes of the types that adapt to the number of channels."""


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding. Another check reports means for three channels."""
    more = inputs.config.train_input_reader.num_additional_channels
    architecture = inputs.config.model.WhichOneof("model")
    if more <= 0 or architecture not in ("ssd", "faster_rcnn", "center_net"):
        return
    model = getattr(inputs.config.model, architecture)
    extractor, resizer = model.feature_extractor, model.image_resizer
    needs = "" if extractor.type.startswith(OF_ANY_CHANNELS) else extractor.type
    if not needs and architecture == "center_net" and extractor.bgr_ordering:
        needs = "bgr_ordering"
    if not needs and any(getattr(settings, "convert_to_grayscale", False) for _, settings in resizer.ListFields()):
        needs = "convert_to_grayscale"
    if needs:
        yield RULE.finding(f"{FIELD} produces images of {3 + more} channels, but {needs} accepts three.", where=inputs.at(FIELD))
