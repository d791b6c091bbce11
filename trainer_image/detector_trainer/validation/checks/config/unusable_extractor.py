"""This trainer cannot build the feature extractor of a CenterNet, or downloads weights to build it."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/unusable-extractor",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(4,),
    verified_by=("tests/oracle/test_recorded.py",),
    what=(
        "A CenterNet has a ResNet of 18 or 34 layers, which cannot be built with this Keras; or, as a warning, a MobileNet whose "
        "ImageNet weights are downloaded each time the model is built."
    ),
    why='The trainer fails with "has no attribute \'ResNet\'"; or with "URL fetch failure" where storage.googleapis.com cannot be reached.',
    fix="Use resnet_v1_50_fpn or resnet_v2_50; a MobileNet with a depth_multiplier other than 1 is built without a download.",
)
CANNOT_BE_BUILT = ("resnet_v1_18_fpn", "resnet_v1_34_fpn")
DOWNLOAD_WEIGHTS = ("mobilenet_v2", "mobilenet_v2_fpn", "mobilenet_v2_fpn_sep_conv")
"""With depth_multiplier 1, the default."""


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    if inputs.config.model.WhichOneof("model") != "center_net":
        return
    extractor = inputs.config.model.center_net.feature_extractor
    field = "model.center_net.feature_extractor.type"
    where = inputs.at(field)
    if extractor.type in CANNOT_BE_BUILT:
        yield RULE.finding(
            f"{field} is {extractor.type}, which this trainer cannot build.", "Use resnet_v1_50_fpn or resnet_v2_50.", where=where
        )
    elif extractor.type in DOWNLOAD_WEIGHTS and extractor.depth_multiplier == 1:
        yield RULE.finding(
            f"{field} is {extractor.type}, which downloads ImageNet weights when it is built, on every start.",
            "Allow the pods to reach storage.googleapis.com, or set depth_multiplier to a number other than 1.",
            where=where,
            severity=Severity.WARNING,
        )
