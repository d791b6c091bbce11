"""A model that learns masks or keypoints needs a reader that loads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.config.not_loaded import RULE
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.validate import validate
from support.inputs import codes
from support.official_configs import OFFICIAL_CONFIGS, wire_to_pets
from support.recorded_cases import assert_recorded

RECORDED = (
    "depths of keypoints that are not loaded",
    "context that is not loaded",
    "tracks that are not loaded",
    "poses that are not loaded",
    "Mask R-CNN that loads none",
    "CenterNet with masks that loads none",
    "CenterNet with keypoints that loads none",
    "masks that weigh nothing and are not loaded",
    "CenterNet: densepose_estimation_task { loss { localization_loss { l1_localization_loss { } } classification_loss { weighted_softmax { } } } }",
)  # fmt: skip
BESIDE = {
    "CenterNet: densepose_estimation_task { loss { localization_loss { l1_localization_loss { } } classification_loss { weighted_softmax { } } } }": [
        "config/invalid-model-options"
    ],
}
"""The errors that a case has besides this one."""

CODE = "config/not-loaded"
MASK_RCNN, DEEPMAC = "mask_rcnn_inception_resnet_v2_1024x1024_coco17_gpu-8", "center_net_deepmac_512x512_voc_only_tpu-32"
CENTERNET, KEYPOINTS = "centernet_resnet101_v1_fpn_512x512_coco17_tpu-8", "centernet_resnet50_v2_512x512_kpts_coco17_tpu-8"
PREDICT_DEPTH = "model { center_net { keypoint_estimation_task { predict_depth: true } } }"
NO_MASKS, MASKS = "train_input_reader { load_instance_masks: false }", "train_input_reader { load_instance_masks: true }"


@pytest.mark.parametrize(
    ("name", "change", "found"),
    [
        (MASK_RCNN, "", None),
        (MASK_RCNN, NO_MASKS, "error"),
        (MASK_RCNN, f"{NO_MASKS} model {{ faster_rcnn {{ number_of_stages: 2 }} }}", None),
        (CENTERNET, "", None),
        (CENTERNET, "model { center_net { mask_estimation_task { } } }", "error"),
        (CENTERNET, f"model {{ center_net {{ mask_estimation_task {{ }} }} }} {MASKS}", None),
        (KEYPOINTS, "", None),
        (KEYPOINTS, "train_input_reader { num_keypoints: 0 }", "error"),
        (KEYPOINTS, PREDICT_DEPTH, "error"),
        (KEYPOINTS, f"{PREDICT_DEPTH} train_input_reader {{ load_keypoint_depth_features: true }}", None),
        (CENTERNET, "model { center_net { track_estimation_task { } } }", "error"),
        (CENTERNET, "model { center_net { track_estimation_task { } } } train_input_reader { load_track_id: true }", None),
        (CENTERNET, "model { center_net { densepose_estimation_task { } } } train_input_reader { load_dense_pose: true }", None),
        (CENTERNET, "model { center_net { densepose_estimation_task { } } }", "error"),
        (MASK_RCNN, "model { faster_rcnn { context_config { } } }", "error"),
        (MASK_RCNN, "model { faster_rcnn { context_config { } } } train_input_reader { load_context_features: true }", None),
        (DEEPMAC, "", None),
        (DEEPMAC, NO_MASKS, "warning"),
        (DEEPMAC, f"{NO_MASKS} model {{ center_net {{ deepmac_mask_estimation {{ box_consistency_loss_weight: 1 }} }} }}", None),
        (DEEPMAC, "model { center_net { mask_estimation_task { } keypoint_estimation_task { } } }", None),
    ],
)
def test_what_is_learned_is_loaded(tmp_path: Path, name: str, change: str, found: str | None):
    (official,) = (path for path in OFFICIAL_CONFIGS if path.stem == name)
    config = wire_to_pets(official, tmp_path)
    config.write_text(f"{config.read_text()}\n{change}\n")
    assert codes(validate(Inputs(str(config)), scan=False)).get(CODE) == found


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path, BESIDE.get(name, ()))
