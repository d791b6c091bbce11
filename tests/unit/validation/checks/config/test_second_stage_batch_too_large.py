"""second_stage_batch_size is above first_stage_max_proposals."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.config.second_stage_batch_too_large import RULE
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.validate import validate
from support.official_configs import OFFICIAL_CONFIGS, wire_to_pets

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


@pytest.mark.parametrize(("batch", "named"), [(300, False), (301, True)])
def test_the_batch_may_have_as_many_boxes_as_there_are_proposals(tmp_path: Path, batch: int, named: bool):
    (official,) = (path for path in OFFICIAL_CONFIGS if path.stem == "faster_rcnn_resnet50_v1_640x640_coco17_tpu-8")
    config = wire_to_pets(official, tmp_path)
    change = f"second_stage_batch_size: {batch} first_stage_max_proposals: 300"
    config.write_text(f"{config.read_text()}\nmodel {{ faster_rcnn {{ {change} }} }}\n")
    found = [finding.severity for finding in validate(Inputs(str(config)), scan=False).findings if finding.code == RULE.code]
    assert found == ["error"] * named
