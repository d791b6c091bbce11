"""Image sizes that the feature extractor supports pass; others are named before a model is built."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from detector_trainer.validation.checks.config.unsupported_image_size import RULE
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.validate import validate
from support.inputs import Case, codes
from support.official_configs import OFFICIAL_CONFIGS, wire_to_pets
from support.recorded_cases import assert_recorded

RECORDED = (
    "32 pixels",
    "300 pixels and an FPN",
    "one side of the default 300 pixels",
    "CenterNet of resnet_v2_50, 128 x 100",
    "CenterNet of resnet_v2_50, 128 x 126",
    "CenterNet of resnet_v2_50, 131 x 128",
    "CenterNet of resnet_v2_50, 128 x 1",
    "CenterNet of resnet_v1_50_fpn, 128 x 16",
    "CenterNet of resnet_v1_50_fpn, 128 x 100",
    "CenterNet of mobilenet_v2, 128 x 100",
    "RetinaNet from level 3 to 4, 144 pixels",
    "RetinaNet from level 3 to 7, 144 pixels",
)

CODE = "config/unsupported-image-size"
FPN, PLAIN, RESNET = "ssd_mobilenet_v1_fpn_keras", "ssd_mobilenet_v2_keras", "ssd_resnet50_v1_fpn_keras"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def found(case: Case, extractor: str, height: int, width: int, **settings: Any) -> str:
    """The message about a fixed size; empty if there is none."""
    model = case.config.model.ssd
    model.feature_extractor.type = extractor
    for name, value in settings.items():
        setattr(model.feature_extractor, name, value)
    model.image_resizer.fixed_shape_resizer.height, model.image_resizer.fixed_shape_resizer.width = height, width
    case.config.train_config.ClearField("fine_tune_checkpoint")
    case.write()
    report = case.report(scan=False)
    return next((finding.message for finding in report.findings if finding.code == CODE), "")


@pytest.mark.parametrize(
    ("extractor", "height", "width", "settings"),
    [
        (FPN, 128, 128, {}),
        (FPN, 320, 64, {}),
        (FPN, 300, 300, {"pad_to_multiple": 32}),
        (FPN, 300, 300, {"use_explicit_padding": True}),
        (PLAIN, 300, 300, {}),
        (PLAIN, 33, 33, {}),
        (RESNET, 640, 640, {}),
        ("ssd_of_the_future", 5, 5, {}),
    ],
)
def test_a_size_that_fits_passes(case: Case, extractor: str, height: int, width: int, settings: dict[str, Any]):
    assert found(case, extractor, height, width, **settings) == ""


@pytest.mark.parametrize(
    ("extractor", "height", "width", "words"),
    [
        (FPN, 300, 300, "multiples of 32"),
        (FPN, 320, 300, "300 x 320"),
        (RESNET, 600, 600, "multiples of 32"),
        (PLAIN, 32, 300, "requires 33"),
        (RESNET, 128, 128, "requires 129"),
    ],
)
def test_one_that_does_not_is_an_error(case: Case, extractor: str, height: int, width: int, words: str):
    assert words in found(case, extractor, height, width)


def test_a_resnet_has_levels_3_to_7_whatever_is_written(case: Case):
    levels = case.config.model.ssd.feature_extractor.fpn
    levels.min_level, levels.max_level = 2, 4
    assert found(case, RESNET, 156, 156) == ""
    assert "multiples of 32" in found(case, RESNET, 144, 144)
    assert found(case, FPN, 144, 144) == ""
    assert "multiples of 16" in found(case, FPN, 156, 156)


def test_padding_to_the_largest_side_makes_one_size_too(case: Case):
    resizer = case.config.model.ssd.image_resizer.keep_aspect_ratio_resizer
    resizer.min_dimension, resizer.max_dimension, resizer.pad_to_max_dimension = 100, 300, True
    case.write()
    assert codes(case.report(scan=False)) == {CODE: "error"}
    resizer.pad_to_max_dimension = False
    case.write()
    assert codes(case.report(scan=False)) == {}


def test_levels_that_there_cannot_be_are_left_to_the_builder(case: Case):
    levels = case.config.model.ssd.feature_extractor.fpn
    levels.min_level, levels.max_level = -1, 3
    assert found(case, FPN, 300, 300) == ""


@pytest.mark.parametrize(
    ("extractor", "height", "width", "words"),
    [
        ("resnet_v2_50", 96, 160, ""),
        ("resnet_v2_50", 100, 160, "requires multiples of 32"),
        ("resnet_v1_50_fpn", 128, 131, "131 x 128"),
        ("mobilenet_v2", 1, 32, "32 x 1 pixels"),
        ("hourglass_104", 100, 100, ""),
    ],
)
def test_a_center_net_needs_multiples_of_32(tmp_path: Path, extractor: str, height: int, width: int, words: str):
    (official,) = (path for path in OFFICIAL_CONFIGS if path.stem == "centernet_resnet101_v1_fpn_512x512_coco17_tpu-8")
    config = wire_to_pets(official, tmp_path)
    resizer = f"image_resizer {{ fixed_shape_resizer {{ height: {height} width: {width} }} }}"
    change = f"model {{ center_net {{ feature_extractor {{ type: '{extractor}' }} {resizer} }} }}"
    config.write_text(f"{config.read_text()}\n{change}\n")
    findings = validate(Inputs(str(config)), scan=False).findings
    message = next((finding.message for finding in findings if finding.code == CODE), "")
    assert words in message
    assert bool(words) == bool(message)


EFFICIENTDET = "ssd_efficientnet-b0_bifpn_keras"


@pytest.mark.parametrize(("size", "words"), [(300, ""), (128, "requires 129"), (129, "")])
def test_an_efficientdet_needs_no_multiple_of_32(case: Case, size: int, words: str):
    message = found(case, EFFICIENTDET, size, size)
    assert words in message
    assert bool(words) == bool(message)


@pytest.mark.parametrize(("multiple", "words"), [(16, "multiples of 32"), (32, "")])
def test_padding_helps_if_it_is_large_enough(case: Case, multiple: int, words: str):
    message = found(case, FPN, 300, 300, pad_to_multiple=multiple)
    assert words in message
    assert bool(words) == bool(message)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
