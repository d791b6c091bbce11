"""The feature extractor type is not one that TF2 builds (builders/model_builder.py)."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.config.unknown_extractor import RULE
from support.breaking import Change, assert_only, set_fields
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BREAKS: dict[str, Change] = {
    "another architecture's extractor": set_fields(model__ssd__feature_extractor__type="faster_rcnn_resnet50_keras"),
    "an extractor of TF1": set_fields(model__ssd__feature_extractor__type="ssd_mobilenet_v2"),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")
