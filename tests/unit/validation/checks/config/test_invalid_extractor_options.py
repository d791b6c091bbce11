"""What a type of feature extractor does not take is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.config.invalid_extractor_options import COMBINE_METHODS, NEVER, RULE
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.validate import validate
from support.official_configs import OFFICIAL_CONFIGS, wire_to_pets
from support.recorded_cases import assert_recorded

RECORDED = (
    "an additional channel for an hourglass, 0 means",
    "an additional channel for an hourglass, 3 means",
    "an additional channel for CenterNet",
    "an additional channel for DeepMAC",
    "an extractor with bifpn",
    "an extractor with num_layers",
    "an extractor with replace_preprocessor_with_placeholder",
    "an extractor with spaghettinet_arch_name",
    "stride 8",
    "an FPN with stride 32",
    "an FPN without conv_hyperparams",
    "EfficientDet, depth_multiplier 0.5",
    "EfficientDet, use_explicit_padding true",
    "EfficientDet, use_depthwise true",
    "EfficientDet, num_layers 6",
    "EfficientDet, fpn { }",
    "EfficientDet, bifpn.combine_method 'x'",
    "EfficientDet, bifpn.combine_method ''",
    "EfficientDet, bifpn.num_iterations 0",
    "a CenterNet with a deviation of 0",
    "DeepMAC: 1 more channel_means",
    "DeepMAC: 1 more channel_stds",
    "CenterNet: 2 more channel_means",
)
BESIDE = {
    "an additional channel for CenterNet": ["config/additional-channels-unsupported"],
    "an additional channel for DeepMAC": ["config/additional-channels-unsupported"],
    "an extractor with bifpn": ["config/feature-map-mismatch"],
}
"""The errors that a case has besides this one."""

MOBILENET, RETINANET = "ssd_mobilenet_v2_320x320_coco17_tpu-8", "ssd_resnet50_v1_fpn_640x640_coco17_tpu-8"
EFFICIENTDET = "ssd_efficientdet_d0_512x512_coco17_tpu-8"
FASTER_RCNN, WITH_FPN = "faster_rcnn_resnet50_v1_640x640_coco17_tpu-8", "faster_rcnn_resnet50_v1_fpn_640x640_coco17_tpu-8"
INCEPTION, CENTERNET = "mask_rcnn_inception_resnet_v2_1024x1024_coco17_gpu-8", "centernet_resnet101_v1_fpn_512x512_coco17_tpu-8"


def fields(folder: Path, name: str, change: str) -> list[str]:
    """The options that are named when feature_extractor is changed."""
    (official,) = (path for path in OFFICIAL_CONFIGS if path.stem == name)
    config = wire_to_pets(official, folder)
    kind = "center_net" if name == CENTERNET else "faster_rcnn" if "rcnn" in name else "ssd"
    config.write_text(f"{config.read_text()}\nmodel {{ {kind} {{ feature_extractor {{ {change} }} }} }}\n")
    findings = validate(Inputs(str(config)), scan=False).findings
    return [
        str(finding.where.field).rpartition(".")[2] for finding in findings if finding.code == "config/invalid-extractor-options"
    ]


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (MOBILENET, "num_layers: 5"),
        (MOBILENET, "depth_multiplier: 0.5 use_explicit_padding: true use_depthwise: true"),
        (RETINANET, "fpn { } use_explicit_padding: true"),
        (EFFICIENTDET, "bifpn { } depth_multiplier: 1 use_depthwise: false min_depth: 8"),
        (EFFICIENTDET, "bifpn { num_iterations: 1 combine_method: 'sum' num_filters: 0 }"),
        (FASTER_RCNN, "batch_norm_trainable: true first_stage_features_stride: 16"),
        (WITH_FPN, "first_stage_features_stride: 8 fpn { }"),
        (INCEPTION, "first_stage_features_stride: 8"),
        (CENTERNET, "depth_multiplier: 0.5 use_depthwise: true"),
        (CENTERNET, "channel_means: 1 channel_stds: [1, 2, 3]"),
        (MOBILENET, "type: 'ssd_of_the_future' num_layers: 5 fpn { }"),
    ],
)
def test_what_it_takes_passes(tmp_path: Path, name: str, change: str):
    assert fields(tmp_path, name, change) == []


@pytest.mark.parametrize(
    ("name", "change", "named"),
    [
        (MOBILENET, "fpn { }", ["fpn"]),
        (MOBILENET, "replace_preprocessor_with_placeholder: false", ["replace_preprocessor_with_placeholder"]),
        (MOBILENET, "spaghettinet_arch_name: 'x'", ["spaghettinet_arch_name"]),
        (RETINANET, "num_layers: 5 bifpn { }", ["bifpn", "num_layers"]),
        (EFFICIENTDET, "fpn { }", ["fpn"]),
        (EFFICIENTDET, "depth_multiplier: 0.5 use_explicit_padding: true", ["depth_multiplier", "use_explicit_padding"]),
        (EFFICIENTDET, "use_depthwise: true", ["use_depthwise"]),
        (EFFICIENTDET, "bifpn { num_iterations: 0 combine_method: 'x' }", ["combine_method", "num_iterations"]),
        (FASTER_RCNN, "fpn { } conv_hyperparams { }", ["conv_hyperparams", "fpn"]),
        (FASTER_RCNN, "first_stage_features_stride: 8", ["first_stage_features_stride"]),
        (WITH_FPN, "first_stage_features_stride: 32", ["first_stage_features_stride"]),
        (CENTERNET, "channel_means: [1, 2] channel_stds: [1, 2, 3, 4]", ["channel_means", "channel_stds"]),
        (FASTER_RCNN, "type: 'faster_rcnn_resnet50_fpn_keras'", ["conv_hyperparams"]),
    ],
)
def test_what_it_does_not_take_is_named(tmp_path: Path, name: str, change: str, named: list[str]):
    assert sorted(fields(tmp_path, name, change)) == named


def test_fpn_is_not_an_option_of_an_extractor_without_a_pyramid(tmp_path: Path):
    assert fields(tmp_path, MOBILENET, "fpn { }") == ["fpn"]


NEVER_VALUES = {"num_layers": "num_layers: 5", "fpn": "fpn { }", "bifpn": "bifpn { }", "conv_hyperparams": "conv_hyperparams { }"}


@pytest.mark.parametrize("option", sorted({"fpn", "bifpn", "num_layers"}))
def test_every_option_that_no_faster_rcnn_supports_is_named(tmp_path: Path, option: str):
    assert option in NEVER
    if option == "fpn":
        assert fields(tmp_path, FASTER_RCNN, NEVER_VALUES[option]) == [option]
    else:
        assert option in fields(tmp_path, RETINANET, NEVER_VALUES[option])


@pytest.mark.parametrize("method", COMBINE_METHODS)
def test_every_combine_method_passes(tmp_path: Path, method: str):
    assert fields(tmp_path, EFFICIENTDET, f"bifpn {{ combine_method: '{method}' }}") == []


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path, BESIDE.get(name, ()))
