"""The type of the feature extractor does not support one of its options (models/*_feature_extractor.py)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

from detector_trainer.contract import Finding, Severity
from detector_trainer.pipeline.extractors import extractors
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from detector_trainer.protos.types import CenterNetFeatureExtractor, FasterRcnnFeatureExtractor, SsdFeatureExtractor

RULE = Rule(
    code="config/invalid-extractor-options",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(14,),
    verified_by=("tests/oracle/test_recorded.py",),
    what="feature_extractor has an option that its type does not support, such as fpn for a type without a pyramid, or lacks a required one.",
    why='The trainer fails when it builds the model: "got an unexpected keyword argument", "does not support a non-default depth_multiplier".',
    fix="Copy feature_extractor from the official config of that type.",
)
STRIDES = {"faster_rcnn_inception_resnet_v2_keras": (8, 16)}
PYRAMID_STRIDES, OTHER_STRIDES = (8, 16), (16,)
"""Valid values of first_stage_features_stride, by the type of a Faster R-CNN."""
COMBINE_METHODS = ("fast_attention", "attention", "weighted_sum", "sum")
Wrong = Iterator[tuple[str, str]]
"""Fields below feature_extractor, each with its problem."""


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding for each option."""
    architecture = inputs.config.model.WhichOneof("model")
    if architecture not in extractors():
        return
    model = inputs.config.model
    settings = getattr(model, architecture).feature_extractor
    taken = extractors()[architecture].get(settings.type)
    if taken is None:  # another check reports it
        return
    if architecture == "center_net":  # its extractors accept any option
        wrong = _channels(
            model.center_net.feature_extractor, CHANNELS + max(0, inputs.config.train_input_reader.num_additional_channels)
        )
    else:
        own = (
            _of_a_faster_rcnn(model.faster_rcnn.feature_extractor)
            if architecture == "faster_rcnn"
            else _of_an_ssd(model.ssd.feature_extractor)
        )
        wrong = chain(_not_taken(architecture, settings.type, settings, taken), own)
    for option, problem in wrong:
        field = f"model.{architecture}.feature_extractor.{option}"
        yield RULE.finding(f"{field} {problem}.", where=inputs.at(field))


def _not_taken(architecture: str, kind: str, settings: Message, taken: list[str]) -> Wrong:
    known = {option for options in extractors()[architecture].values() for option in options} | NEVER
    for field, _ in settings.ListFields():
        if field.name in known and field.name not in taken:
            yield field.name, f"is set, which {kind} does not support: remove it"


def _channels(settings: CenterNetFeatureExtractor, channels: int) -> Wrong:
    for name in ("channel_means", "channel_stds"):
        values = len(getattr(settings, name))
        if name == "channel_stds" and 0 in getattr(settings, name):
            yield name, "contains a 0, and images are divided by it"
        if (values or CHANNELS) not in (1, channels):  # three by default
            yield name, f"has {values} values, but images have {channels} channels"


CHANNELS = 3
NEVER = {"num_layers", "fpn", "bifpn", "replace_preprocessor_with_placeholder", "spaghettinet_arch_name", "conv_hyperparams"}
"""Check what model_builder passes on if it is set, even if no type of a meta-architecture accepts it."""


def _of_a_faster_rcnn(settings: FasterRcnnFeatureExtractor) -> Wrong:
    kind = settings.type
    strides = STRIDES.get(kind, PYRAMID_STRIDES if kind.endswith("_fpn_keras") else OTHER_STRIDES)
    if settings.first_stage_features_stride not in strides:
        shown = " or ".join(map(str, strides))
        yield "first_stage_features_stride", f"is {settings.first_stage_features_stride}; {kind} requires {shown}"
    if kind.endswith("_fpn_keras") and not settings.HasField("conv_hyperparams"):
        yield "conv_hyperparams", f"is not set, but {kind} requires it"


def _of_an_ssd(settings: SsdFeatureExtractor) -> Wrong:
    kind = settings.type
    if kind.startswith("ssd_efficientnet"):
        if settings.depth_multiplier != 1:
            yield "depth_multiplier", f"is {settings.depth_multiplier:g}, but {kind} has a fixed depth: remove it"
        for name in ("use_explicit_padding", "use_depthwise"):
            if getattr(settings, name):
                yield name, f"is true, which {kind} does not support: remove it"
        if settings.HasField("bifpn") and settings.bifpn.num_iterations < 1:
            yield "bifpn.num_iterations", f"is {settings.bifpn.num_iterations}; it must be above 0"
        if settings.HasField("bifpn") and settings.bifpn.combine_method not in COMBINE_METHODS:
            yield "bifpn.combine_method", f"is {settings.bifpn.combine_method!r}; it must be {' or '.join(COMBINE_METHODS)}"
