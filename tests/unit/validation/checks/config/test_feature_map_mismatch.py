"""The levels of the feature extractor are some that it has, and there are anchors for each."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format

from detector_trainer.pipeline.load import read_pipeline_config
from detector_trainer.validation.checks.config.feature_map_mismatch import RULE
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.validate import validate
from support.official_configs import OFFICIAL_CONFIGS, wire_to_pets
from support.recorded_cases import assert_recorded

RECORDED = (
    "an extractor with bifpn",
    "levels 3 to 6, anchors for 3 to 5",
    "levels 4 to 5, anchors for 3 to 5",
    "levels 1 to 5, anchors for 1 to 5",
    "levels 0 to 5, anchors for 0 to 5",
    "levels -1 to 5, anchors for -1 to 5",
    "levels 6 to 7, anchors for 6 to 7",
    "levels 5 to 4, anchors for 5 to 4",
    "the levels of no fpn block",
    "ssd_mobilenet_v1_keras with 6 layers, anchors for 3 to 5",
    "ssd_mobilenet_v1_keras with 4 layers, anchors for 3 to 5",
    "ssd_mobilenet_v2_keras with 6 layers, anchors for 3 to 5",
    "ssd_mobilenet_v2_keras with 9 layers, anchors for 3 to 11",
    "three feature maps and ssd_anchor_generator { num_layers: 4 aspect_ratios: 1 reduce_boxes_in_lowest_layer: false }",
    "three feature maps and grid_anchor_generator { scales: 1 aspect_ratios: 1 }",
    "three feature maps and flexible_grid_anchor_generator { anchor_grid { base_sizes: 9 aspect_ratios: 1 height_stride: 8 width_stride: 8 } anchor_grid { base_sizes: 9 aspect_ratios: 1 height_stride: 16 width_stride: 16 } }",
    "a Faster R-CNN of 4 levels, and anchors for 5",
    "a Faster R-CNN from level 1",
    "EfficientDet, levels 3 to 6, anchors for 3 to 7",
    "EfficientDet, levels 4 to 7, anchors for 3 to 7",
    "EfficientDet, levels 0 to 7, anchors for 3 to 7",
    "EfficientDet, levels 5 to 7, anchors for 5 to 7",
    "EfficientDet, levels 6 to 7, anchors for 6 to 7",
    "EfficientDet, levels 5 to 5, anchors for 5 to 5",
    "EfficientDet, levels 3 to 5, anchors for 3 to 5",
    "EfficientDet, levels 3 to 4, anchors for 3 to 4",
    "EfficientDet, levels 2 to 4, anchors for 2 to 4",
    "RetinaNet, levels 3 to 5, anchors for 3 to 5",
    "RetinaNet, levels 2 to 7, anchors for 2 to 7",
    "RetinaNet, levels 1 to 7, anchors for 1 to 7",
)  # fmt: skip
BESIDE = {
    "an extractor with bifpn": ["config/invalid-extractor-options"],
}
"""The errors that a case has besides this one."""

MOBILENET, RETINANET = "ssd_mobilenet_v2_320x320_coco17_tpu-8", "ssd_resnet50_v1_fpn_640x640_coco17_tpu-8"
FPN, EFFICIENTDET = "ssd_mobilenet_v1_fpn_640x640_coco17_tpu-8", "ssd_efficientdet_d0_512x512_coco17_tpu-8"
FASTER_RCNN, WITH_FPN = "faster_rcnn_resnet50_v1_640x640_coco17_tpu-8", "faster_rcnn_resnet50_v1_fpn_640x640_coco17_tpu-8"


def message(folder: Path, name: str, cleared: str, change: str) -> str:
    """Return the message when a block of the model is changed; empty if the check finds nothing."""
    (official,) = (path for path in OFFICIAL_CONFIGS if path.stem == name)
    config = wire_to_pets(official, folder)
    whole = read_pipeline_config(str(config)).message
    model = getattr(whole.model, whole.model.WhichOneof("model"))
    if cleared:
        *parents, last = cleared.split(".")
        block = model
        for parent in parents:
            block = getattr(block, parent)
        block.ClearField(last)
    text_format.Merge(change, model)
    config.write_text(text_format.MessageToString(whole))
    findings = validate(Inputs(str(config)), scan=False).findings
    return next((finding.message for finding in findings if finding.code == "config/feature-map-mismatch"), "")


def levels(low: int, high: int, block: str = "fpn") -> str:
    return f"feature_extractor {{ {block} {{ min_level: {low} max_level: {high} }} }}"


def anchors(low: int, high: int, block: str = "anchor_generator") -> str:
    return f"{block} {{ multiscale_anchor_generator {{ min_level: {low} max_level: {high} }} }}"


@pytest.mark.parametrize(
    ("name", "cleared", "change"),
    [
        (RETINANET, "", ""),
        (RETINANET, "feature_extractor.fpn", ""),
        (RETINANET, "", levels(1, 5)),
        (FPN, "", levels(2, 6)),
        (FPN, "", levels(2, 5) + anchors(3, 6)),
        (FPN, "", levels(5, 5) + anchors(5, 5)),
        (FPN, "", levels(0, 5) + "feature_extractor { use_explicit_padding: true }"),
        (MOBILENET, "", ""),
        (MOBILENET, "", "feature_extractor { num_layers: 4 } anchor_generator { ssd_anchor_generator { num_layers: 4 } }"),
        (MOBILENET, "", "anchor_generator { ssd_anchor_generator { num_layers: 9 scales: [1, 2, 3, 4, 5, 6] } }"),
        (MOBILENET, "", "feature_extractor { num_layers: 9 }"),
        (EFFICIENTDET, "", ""),
        (EFFICIENTDET, "", levels(2, 6, "bifpn")),
        (EFFICIENTDET, "", levels(1, 5, "bifpn") + "feature_extractor { bifpn { max_level: 6 } }" + anchors(1, 6)),
        (EFFICIENTDET, "", levels(4, 8, "bifpn")),
        (FASTER_RCNN, "", ""),
        (FASTER_RCNN, "first_stage_anchor_generator", anchors(4, 4, "first_stage_anchor_generator")),
        (WITH_FPN, "", ""),
        (WITH_FPN, "feature_extractor.fpn", ""),
        (MOBILENET, "anchor_generator", ""),
        (RETINANET, "", levels(9, 3) + "feature_extractor { type: 'ssd_of_the_future' }"),
    ],
)
def test_levels_with_anchors_pass(tmp_path: Path, name: str, cleared: str, change: str):
    assert message(tmp_path, name, cleared, change) == ""


@pytest.mark.parametrize(
    ("name", "cleared", "change", "words"),
    [
        (RETINANET, "", levels(3, 6) + anchors(3, 6), "but ssd_resnet50_v1_fpn_keras produces 5; it ignores fpn."),
        (FPN, "", levels(3, 6), "anchors for 5 feature maps, but ssd_mobilenet_v1_fpn_keras produces 4."),
        (FPN, "", levels(1, 5), "levels 1 to 5"),
        (FPN, "", levels(6, 7) + anchors(6, 7), "levels 6 to 7"),
        (FPN, "", levels(4, 3) + anchors(4, 3), "levels 4 to 3"),
        (RETINANET, "anchor_generator", "anchor_generator { grid_anchor_generator { } }", "anchors for 1 feature maps"),
        (FPN, "feature_extractor.fpn", anchors(3, 5), "anchors for 3 feature maps"),
        (
            MOBILENET,
            "",
            "feature_extractor { num_layers: 4 }",
            "anchors for 6 feature maps, but ssd_mobilenet_v2_keras produces 4",
        ),
        (MOBILENET, "", "anchor_generator { ssd_anchor_generator { num_layers: 3 } }", "anchors for 3 feature maps"),
        (EFFICIENTDET, "", levels(3, 8, "bifpn"), "produces 6"),
        (EFFICIENTDET, "", levels(0, 4, "bifpn"), "levels 0 to 4"),
        (EFFICIENTDET, "", levels(5, 9, "bifpn"), "levels 5 to 9"),
        (EFFICIENTDET, "", levels(3, 5, "bifpn") + anchors(3, 5), "a max_level of at least 6"),
        (FASTER_RCNN, "first_stage_anchor_generator", anchors(3, 4, "first_stage_anchor_generator"), "produces 1"),
        (WITH_FPN, "", levels(2, 5), "produces 4"),
        (WITH_FPN, "", levels(1, 5), "levels 1 to 5"),
    ],
)
def test_others_are_named(tmp_path: Path, name: str, cleared: str, change: str, words: str):
    assert words in message(tmp_path, name, cleared, change)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path, BESIDE.get(name, ()))
