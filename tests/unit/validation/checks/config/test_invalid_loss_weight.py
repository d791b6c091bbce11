"""Weights of losses that are NaN or infinite are errors if they are used."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.config.invalid_loss_weight import RULE, WEIGHTS
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.validate import validate
from support.official_configs import OFFICIAL_CONFIGS, wire_to_pets
from support.recorded_cases import assert_recorded

RECORDED = (
    "from scratch: ssd.loss.classification_weight nan",
    "from scratch: ssd.loss.localization_weight inf",
    "CenterNet with masks: center_net.object_center_params.object_center_loss_weight nan",
    "CenterNet with masks: center_net.mask_estimation_task.task_loss_weight inf",
    "CenterNet: center_net.object_detection_task.scale_loss_weight nan",
    "CenterNet with keypoints: center_net.keypoint_estimation_task[0].keypoint_offset_loss_weight nan",
    "Faster R-CNN: faster_rcnn.first_stage_objectness_loss_weight nan",
    "Faster R-CNN: faster_rcnn.second_stage_localization_loss_weight inf",
)

RETINANET, FASTER_RCNN = "ssd_resnet50_v1_fpn_640x640_coco17_tpu-8", "faster_rcnn_resnet50_v1_640x640_coco17_tpu-8"
CENTERNET, DEEPMAC = "centernet_resnet101_v1_fpn_512x512_coco17_tpu-8", "center_net_deepmac_512x512_voc_only_tpu-32"


@pytest.mark.parametrize(
    ("name", "kind", "change", "fields"),
    [
        (RETINANET, "ssd", "loss { classification_weight: nan localization_weight: inf }", ["classification_weight", "localization_weight"]),
        (RETINANET, "ssd", "loss { classification_weight: 0 localization_weight: -1 }", []),
        (FASTER_RCNN, "faster_rcnn", "second_stage_localization_loss_weight: nan", ["second_stage_localization_loss_weight"]),
        (FASTER_RCNN, "faster_rcnn", "second_stage_localization_loss_weight: nan number_of_stages: 1", []),
        (CENTERNET, "center_net", "object_center_params { object_center_loss_weight: nan }", ["object_center_loss_weight"]),
        (CENTERNET, "center_net", "mask_estimation_task { task_loss_weight: inf }", ["task_loss_weight"]),
        (CENTERNET, "center_net", "keypoint_estimation_task { keypoint_offset_loss_weight: nan }", ["keypoint_offset_loss_weight"]),
        (DEEPMAC, "center_net", "deepmac_mask_estimation { task_loss_weight: nan }", []),
        (DEEPMAC, "center_net", "mask_estimation_task { task_loss_weight: nan }", []),
    ],
)  # fmt: skip
def test_it_is_named(tmp_path: Path, name: str, kind: str, change: str, fields: list[str]):
    (official,) = (path for path in OFFICIAL_CONFIGS if path.stem == name)
    config = wire_to_pets(official, tmp_path)
    config.write_text(f"{config.read_text()}\nmodel {{ {kind} {{ {change} }} }}\n")
    findings = validate(Inputs(str(config)), scan=False).findings
    found = [str(finding.where.field).rpartition(".")[2] for finding in findings if finding.code == "config/invalid-loss-weight"]
    assert found == fields


NAMED = [
    ("ssd", RETINANET, "loss { classification_weight: nan }", "loss.classification_weight"),
    ("ssd", RETINANET, "loss { localization_weight: nan }", "loss.localization_weight"),
    *(
        ("faster_rcnn", FASTER_RCNN, f"{stage}_loss_weight: nan", f"{stage}_loss_weight")
        for stage in (
            "first_stage_localization",
            "first_stage_objectness",
            "second_stage_localization",
            "second_stage_classification",
        )
    ),
    *(
        (
            "center_net",
            CENTERNET,
            f"object_detection_task {{ {name}_loss_weight: nan }}",
            f"object_detection_task.{name}_loss_weight",
        )
        for name in ("task", "offset", "scale")
    ),
    *(
        (
            "center_net",
            CENTERNET,
            f"keypoint_estimation_task {{ {name}_loss_weight: inf }}",
            f"keypoint_estimation_task[0].{name}_loss_weight",
        )
        for name in ("task", "keypoint_regression", "keypoint_heatmap", "keypoint_offset")
    ),
]


@pytest.mark.parametrize(("kind", "name", "change", "field"), NAMED, ids=[row[3] for row in NAMED])
def test_every_weight_is_checked(tmp_path: Path, kind: str, name: str, change: str, field: str):
    (official,) = (path for path in OFFICIAL_CONFIGS if path.stem == name)
    config = wire_to_pets(official, tmp_path)
    config.write_text(f"{config.read_text()}\nmodel {{ {kind} {{ {change} }} }}\n")
    findings = validate(Inputs(str(config)), scan=False).findings
    assert [finding.where.field for finding in findings if finding.code == RULE.code] == [f"model.{kind}.{field}"]


def test_every_architecture_with_weights_has_a_case():
    assert {row[0] for row in NAMED} == set(WEIGHTS)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
