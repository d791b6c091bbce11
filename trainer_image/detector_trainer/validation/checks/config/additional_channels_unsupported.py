"""The images get additional channels, and the feature extractor takes three."""

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
    what="num_additional_channels is set, and the feature extractor takes images of three channels.",
    why='The trainer ends when the first images reach the model: "Exception encountered when calling layer \'model\'", "Dimensions must be equal".',
    fix="Remove num_additional_channels, or take ssd_mobilenet_v2_fpn_keras or a CenterNet with an hourglass.",
)
FIELD = "train_input_reader.num_additional_channels"
OF_ANY_CHANNELS = ("ssd_mobilenet_v2_fpn_keras", "hourglass_")
"""How the types begin that are built for the images that come."""


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding. Means for three channels are another check's."""
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
        yield RULE.finding(f"{FIELD} makes images of {3 + more} channels, and {needs} takes three.", where=inputs.at(FIELD))
