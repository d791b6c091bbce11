"""The learning rate of an official config is kept although the batch was reduced."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.config.learning_rate_high import RULE
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.validate import validate
from support.breaking import Change, assert_only, cosine
from support.inputs import Case
from support.official_configs import OFFICIAL_CONFIGS, wire_to_pets

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BREAKS: dict[str, Change] = {
    "rate of the zoo, small batch": cosine(learning_rate_base=0.08, total_steps=5000, warmup_steps=1, warmup_learning_rate=0.0),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "warning")


OF_EACH = {
    "ssd": "ssd_mobilenet_v2_fpnlite_320x320_coco17_tpu-8",
    "faster_rcnn": "faster_rcnn_resnet50_v1_640x640_coco17_tpu-8",
    "center_net": "centernet_hourglass104_512x512_coco17_tpu-8",
}


@pytest.mark.parametrize("architecture", OF_EACH)
@pytest.mark.parametrize("named", [True, False])
def test_the_rate_of_an_official_config_with_a_batch_of_1_is_high(tmp_path: Path, architecture: str, named: bool):
    (official,) = (path for path in OFFICIAL_CONFIGS if path.stem == OF_EACH[architecture])
    config = wire_to_pets(official, tmp_path)
    if named:
        config.write_text(f"{config.read_text()}\ntrain_config {{ batch_size: 1 }}\n")
    found = [finding.severity for finding in validate(Inputs(str(config)), scan=False).findings if finding.code == RULE.code]
    assert found == ["warning"] * named
