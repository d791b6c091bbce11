"""The feature extractor type is not one that TF2 builds (builders/model_builder.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.config.unknown_extractor import RULE
from support.breaking import Change, assert_only, set_fields
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = (
    "an extractor of TF1",
    "an extractor of another architecture",
)

BREAKS: dict[str, Change] = {
    "another architecture's extractor": set_fields(model__ssd__feature_extractor__type="faster_rcnn_resnet50_keras"),
    "an extractor of TF1": set_fields(model__ssd__feature_extractor__type="ssd_mobilenet_v2"),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
