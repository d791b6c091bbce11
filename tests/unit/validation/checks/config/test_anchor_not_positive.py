"""An anchor whose size is 0 or negative (anchor_generators/*.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.config.anchor_not_positive import FIELDS, POSITIVE, RULE
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.validate import validate
from support.official_configs import OFFICIAL_CONFIGS, wire_to_pets
from support.recorded_cases import assert_recorded

RECORDED = (
    "anchors of a Faster R-CNN, height -1",
    "anchors of a Faster R-CNN, width -1",
    "anchors of a Faster R-CNN, aspect_ratios[0] -1",
    "anchors of no height",
    "anchors of a negative scale",
)


ARCHITECTURES = {"ssd": "ssd_mobilenet_v2_320x320_coco17_tpu-8", "faster_rcnn": "faster_rcnn_resnet50_v1_640x640_coco17_tpu-8"}
EVERY = [(kind, name) for kind, names in POSITIVE.items() for name in names]


def fields(folder: Path, architecture: str, generator: str) -> list[str]:
    (official,) = (path for path in OFFICIAL_CONFIGS if path.stem == ARCHITECTURES[architecture])
    config = wire_to_pets(official, folder)
    config.write_text(f"{config.read_text()}\nmodel {{ {architecture} {{ {FIELDS[architecture]} {{ {generator} }} }} }}\n")
    findings = validate(Inputs(str(config)), scan=False).findings
    return [str(finding.where.field).rpartition(".")[2] for finding in findings if finding.code == RULE.code]


@pytest.mark.parametrize("value", [0, -1])
@pytest.mark.parametrize("architecture", FIELDS)
@pytest.mark.parametrize(("kind", "name"), EVERY)
def test_every_size_that_is_not_positive_is_named(tmp_path: Path, architecture: str, kind: str, name: str, value: int):
    assert fields(tmp_path, architecture, f"{kind} {{ {name}: {value} }}") == [name]


def test_the_ssd_anchor_generator_is_checked(tmp_path: Path):
    assert fields(tmp_path, "ssd", "ssd_anchor_generator { aspect_ratios: [1, 0] }") == ["aspect_ratios"]


@pytest.mark.parametrize(("kind", "name"), EVERY)
def test_a_positive_size_passes(tmp_path: Path, kind: str, name: str):
    assert fields(tmp_path, "ssd", f"{kind} {{ {name}: 1 }}") == []


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
