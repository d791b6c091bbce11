"""Extractors of a CenterNet that cannot be built are errors; those that download weights are warnings."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.config.unusable_extractor import RULE
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.validate import validate
from support.inputs import codes
from support.official_configs import OFFICIAL_CONFIGS, wire_to_pets
from support.recorded_cases import assert_recorded

RECORDED = (
    "CenterNet with resnet_v1_18_fpn",
    "CenterNet with resnet_v1_34_fpn",
)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("type: 'resnet_v1_18_fpn'", "error"),
        ("type: 'resnet_v1_34_fpn'", "error"),
        ("type: 'resnet_v1_50_fpn'", None),
        ("type: 'hourglass_10'", None),
        ("type: 'mobilenet_v2'", "warning"),
        ("type: 'mobilenet_v2_fpn' depth_multiplier: 1", "warning"),
        ("type: 'mobilenet_v2_fpn_sep_conv'", "warning"),
        ("type: 'mobilenet_v2' depth_multiplier: 0.5", None),
        ("type: 'mobilenet_v2_fpn' depth_multiplier: 0", None),
    ],
)
def test_it_is_named(tmp_path: Path, change: str, found: str | None):
    (official,) = (path for path in OFFICIAL_CONFIGS if path.stem == "centernet_resnet101_v1_fpn_512x512_coco17_tpu-8")
    config = wire_to_pets(official, tmp_path)
    config.write_text(f"{config.read_text()}\nmodel {{ center_net {{ feature_extractor {{ {change} }} }} }}\n")
    assert codes(validate(Inputs(str(config)), scan=False)).get("config/unusable-extractor") == found


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
