"""The official configs with keypoints are rejected for their placeholder, and for nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.config.invalid_keypoint_label_map import RULE
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.validate import validate
from support.inputs import codes
from support.official_configs import NEED_A_KEYPOINT_MAP, wire_to_pets
from support.recorded_cases import assert_recorded

RECORDED = (
    "keypoints: of another class",
    "keypoints: an id twice",
    "keypoints: an id above those that are loaded",
    "keypoints: a negative id",
    "keypoints: of a class above num_classes",
    "keypoints: of class 0",
    "keypoints: of no class",
)

CODE = "config/invalid-keypoint-label-map"


def errors(pipeline: Path) -> list[str]:
    report = validate(Inputs(str(pipeline)), scan=False)
    return [code for code, severity in codes(report).items() if severity == "error"]


@pytest.mark.parametrize("official", NEED_A_KEYPOINT_MAP, ids=lambda path: path.stem)
def test_a_placeholder_is_an_error(official: Path, tmp_path: Path):
    assert errors(wire_to_pets(official, tmp_path)) == [CODE]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("item { id: 1 name: '/m/01g317' keypoints { id: 0 label: 'nose' } }", []),
        ("item { id: 1 name: '/m/01g317' }", [CODE]),
        ("item { id: 1 name: 'dog' keypoints { id: 0 label: 'nose' } }", [CODE]),
        ("item { id: 1 name: ", [CODE]),
        ("item { id: 1 name: '/m/01g317' keypoints { id: 0 } keypoints { id: 0 } }", [CODE]),
        ("item { id: 1 name: '/m/01g317' keypoints { id: 16 } }", []),
        ("item { id: 1 name: '/m/01g317' keypoints { id: 17 } }", [CODE]),
        ("item { id: 1 name: '/m/01g317' keypoints { id: -1 } }", [CODE]),
        ("item { id: 37 name: '/m/01g317' keypoints { id: 0 } }", []),
        ("item { id: 38 name: '/m/01g317' keypoints { id: 0 } }", [CODE]),
        ("item { name: '/m/01g317' keypoints { id: 0 } }", [CODE]),
        ("item { id: 1 name: '/m/01g317' keypoints { id: 0 } } item { id: 0 name: 'background' }", []),
        ("item { id: 1 name: '/m/01g317' keypoints { id: 0 } } item { id: -1 name: 'dog' }", [CODE]),
    ],
    ids=[
        "sound",
        "no keypoints",
        "another class",
        "damaged",
        "an id twice",
        "the last that is loaded",
        "one more",
        "a negative one",
        "the last class",
        "one class more",
        "no id",
        "a background",
        "a negative class",
    ],
)
def test_a_map_must_have_the_keypoints_of_the_class(text: str, found: list[str], tmp_path: Path):
    wired = wire_to_pets(NEED_A_KEYPOINT_MAP[0], tmp_path)
    keypoints = tmp_path / "keypoints.pbtxt"
    keypoints.write_text(text)
    config = wired.read_text()
    assert '"/m/01g317"' in config
    start = config.index("keypoint_label_map_path:")
    wired.write_text(config[:start] + f'keypoint_label_map_path: "{keypoints}"' + config[config.index("\n", start) :])
    assert errors(wired) == found


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
