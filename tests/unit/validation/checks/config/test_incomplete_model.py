"""A block of the model that chooses nothing is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format

from detector_trainer.pipeline.load import read_pipeline_config
from detector_trainer.validation.checks.config.incomplete_model import RULE
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.validate import validate
from support.inputs import Case, codes
from support.official_configs import OFFICIAL_CONFIGS, wire_to_pets
from support.recorded_cases import assert_recorded

RECORDED = (
    "no box_coder",
    "no matcher",
    "no similarity_calculator",
    "no anchor_generator",
    "no box_predictor",
    "no loss.classification_loss",
    "no loss.localization_loss",
    "no anchors of the first stage",
    "one stage, and no predictor of the second",
    "keypoints without loss",
    "keypoints without loss.classification_loss",
    "keypoints without loss.localization_loss",
    "no loss of masks",
)


@pytest.mark.parametrize(
    "path",
    ["box_coder", "matcher", "similarity_calculator", "anchor_generator", "box_predictor", "loss.classification_loss"],
)
@pytest.mark.parametrize("there", [False, True], ids=["missing", "empty"])
def test_a_block_without_a_kind_is_an_error(tmp_path: Path, path: str, there: bool):
    case = Case(tmp_path)
    message = case.config.model.ssd
    *parents, last = path.split(".")
    for name in parents:
        message = getattr(message, name)
    message.ClearField(last)
    if there:
        getattr(message, last).SetInParent()
    case.write()
    report = case.report(scan=False)
    assert codes(report) == {"config/incomplete-model": "error"}
    assert report.findings[0].where.field == f"model.ssd.{path}"


FASTER_RCNN, CENTERNET = "faster_rcnn_resnet50_v1_640x640_coco17_tpu-8", "centernet_resnet101_v1_fpn_512x512_coco17_tpu-8"
DEEPMAC = "center_net_deepmac_512x512_voc_only_tpu-32"


@pytest.mark.parametrize(
    ("name", "cleared", "text", "fields"),
    [
        (FASTER_RCNN, "first_stage_anchor_generator", "", ["first_stage_anchor_generator"]),
        (FASTER_RCNN, "second_stage_box_predictor", "number_of_stages: 1", ["second_stage_box_predictor"]),
        (FASTER_RCNN, "second_stage_post_processing", "", []),
        (CENTERNET, "object_center_params", "", ["object_center_params.classification_loss"]),
        (CENTERNET, "object_detection_task", "object_detection_task { }", ["object_detection_task.localization_loss"]),
        (CENTERNET, "", "mask_estimation_task { }", ["mask_estimation_task.classification_loss"]),
        (CENTERNET, "", "track_estimation_task { }", ["track_estimation_task.classification_loss"]),
        (CENTERNET, "", "temporal_offset_task { }", ["temporal_offset_task.localization_loss"]),
        (
            CENTERNET,
            "",
            "keypoint_estimation_task { loss { classification_loss { weighted_sigmoid { } } } }",
            ["keypoint_estimation_task[0].loss.localization_loss"],
        ),
        (
            CENTERNET,
            "",
            "densepose_estimation_task { }",
            [f"densepose_estimation_task.loss.{name}_loss" for name in ("classification", "localization")],
        ),
        (DEEPMAC, "deepmac_mask_estimation", "deepmac_mask_estimation { }", ["deepmac_mask_estimation.classification_loss"]),
        (DEEPMAC, "", "keypoint_estimation_task { } mask_estimation_task { }", []),
    ],
)
def test_other_architectures_have_their_own(tmp_path: Path, name: str, cleared: str, text: str, fields: list[str]):
    (official,) = (path for path in OFFICIAL_CONFIGS if path.stem == name)
    config = wire_to_pets(official, tmp_path)
    kind = "faster_rcnn" if name == FASTER_RCNN else "center_net"
    message = read_pipeline_config(str(config)).message
    model = getattr(message.model, kind)
    if cleared:
        model.ClearField(cleared)
    text_format.Merge(text, model)
    config.write_text(text_format.MessageToString(message))
    found = [
        finding.where.field
        for finding in validate(Inputs(str(config)), scan=False).findings
        if finding.code == "config/incomplete-model"
    ]
    assert found == [f"model.{kind}.{field}" for field in fields]


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
