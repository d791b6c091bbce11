"""Context features for a model that does not support them, or options of their attention that no model supports."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

if TYPE_CHECKING:
    from detector_trainer.protos.types import Context

RULE = Rule(
    code="config/invalid-context-features",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(14,),
    silent_impact="useless where attention_temperature is 0 or nan: the loss is nan from the first step",
    verified_by=("tests/oracle/test_recorded.py",),
    what="load_context_features is set, but the model does not support it; or an option of context_config is out of range.",
    why='The trainer fails with "max_num_context_features must be specified", "Dimension -1 must be >= 0" or a similar error.',
    fix="Only Faster R-CNN supports context features: remove load_context_features, or change the option that the message names.",
)
LOAD = "train_input_reader.load_context_features"
CONTEXT = "model.faster_rcnn.context_config"


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding for each setting."""
    model, loads = inputs.config.model, inputs.config.train_input_reader.load_context_features
    if model.WhichOneof("model") != "faster_rcnn":
        if loads:
            yield RULE.finding(
                f"{LOAD} is set, but {model.WhichOneof('model')} models do not support context features.", where=inputs.at(LOAD)
            )
        return
    settings = model.faster_rcnn.context_config
    attends = model.faster_rcnn.HasField("context_config")
    used = attends and model.faster_rcnn.number_of_stages > 1  # the second stage contains the attention
    wrong = list(_sizes(settings, used=used)) if loads else []
    if attends:
        wrong += _attention(settings, used=used)
    for option, problem in wrong:
        field = f"{CONTEXT}.{option}"
        yield RULE.finding(f"{field} {problem}.", where=inputs.at(field))


def _sizes(settings: Context, *, used: bool) -> Iterator[tuple[str, str]]:
    if settings.max_num_context_features < used:
        yield "max_num_context_features", f"is {settings.max_num_context_features}; it must be above 0"
    if settings.context_feature_length < 0:
        yield "context_feature_length", f"is {settings.context_feature_length}; it must not be negative"


def _attention(settings: Context, *, used: bool) -> Iterator[tuple[str, str]]:
    if settings.attention_bottleneck_dimension < 0:
        yield "attention_bottleneck_dimension", f"is {settings.attention_bottleneck_dimension}; it must not be negative"
    if settings.use_self_attention:
        yield "use_self_attention", "is true, which TensorFlow 2 does not support: remove it"
    if not settings.use_long_term_attention:
        yield "use_long_term_attention", "is false, but TensorFlow 2 supports no other attention: remove it"
    if settings.self_attention_in_sequence:
        yield "self_attention_in_sequence", "is true, which TensorFlow 2 does not support: remove it"
    if used and (settings.attention_temperature == 0 or math.isnan(settings.attention_temperature)):
        yield "attention_temperature", f"is {settings.attention_temperature:g}: the loss is nan; 0.01 is the default"
