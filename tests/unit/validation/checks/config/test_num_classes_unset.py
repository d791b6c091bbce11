"""num_classes is 0 or not set."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.config.num_classes_unset import RULE
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.validate import validate
from support.breaking import Change, assert_only, set_fields
from support.inputs import Case
from support.official_configs import OFFICIAL_CONFIGS, wire_to_pets
from support.recorded_cases import assert_recorded

RECORDED = (
    "no num_classes",
    "CenterNet of no class",
)

BREAKS: dict[str, Change] = {
    "no classes": set_fields(model__ssd__num_classes=0),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")


ARCHITECTURES = {
    "ssd": "ssd_mobilenet_v2_320x320_coco17_tpu-8",
    "faster_rcnn": "faster_rcnn_resnet50_v1_640x640_coco17_tpu-8",
    "center_net": "centernet_resnet101_v1_fpn_512x512_coco17_tpu-8",
}


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize(("number", "named"), [(0, True), (-1, True), (1, False)])
def test_every_architecture_is_checked(tmp_path: Path, architecture: str, number: int, named: bool):
    (official,) = (path for path in OFFICIAL_CONFIGS if path.stem == ARCHITECTURES[architecture])
    config = wire_to_pets(official, tmp_path)
    config.write_text(f"{config.read_text()}\nmodel {{ {architecture} {{ num_classes: {number} }} }}\n")
    findings = [finding for finding in validate(Inputs(str(config)), scan=False).findings if finding.code == RULE.code]
    assert [finding.where.field for finding in findings] == [f"model.{architecture}.num_classes"] * named


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
