"""Options of the model that the trainer's builders refuse are named, one finding each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from google.protobuf import text_format

from detector_trainer.pipeline.load import read_pipeline_config
from detector_trainer.validation.checks.config import invalid_model_options
from detector_trainer.validation.checks.config.invalid_model_options import POOLING, RULE
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.validate import validate
from support.inputs import Case, codes
from support.official_configs import OFFICIAL_CONFIGS, wire_to_pets
from support.recorded_cases import assert_recorded

RECORDED = (
    "an IoU above 1",
    "a negative soft_nms_sigma",
    "combined and class-agnostic suppression",
    "two backgrounds",
    "an explicit background",
    "a miner beside focal loss",
    "a sampler of negatives",
    "unmatched above matched",
    "negatives between equals",
    "confidences as targets without a background",
    "expected loss weights",
    "max_detections_per_class above the total",
    "a bipartite matcher",
    "maxpool_kernel_size 0",
    "maxpool_kernel_size 15",
    "maxpool_stride 0",
    "initial_crop_size 0",
    "second_stage_batch_size 0",
    "four stages",
    "three stages without a mask head",
    "Faster R-CNN, in-place batch norm",
    "a negative IoU of proposals",
    "more detections of a class than in all, second stage",
    "a CenterNet with beta -1",
    "keypoints of a CenterNet with beta -1",
    "CenterNet: object_detection_task None",
    "DeepMAC: object_detection_task None",
    "CenterNet: object_center_params.keypoint_weights_for_center 1",
    "CenterNet with keypoints: object_center_params.keypoint_weights_for_center 1",
    "DeepMAC: object_center_params.keypoint_weights_for_center 1",
    "CenterNet with keypoints: keypoint_estimation_task[0].heatmap_head_params { num_filters: 8 }",
    "CenterNet: object_detection_task.scale_head_params { kernel_sizes: 3 }",
    "CenterNet: object_center_params.center_head_params { num_filters: 8 num_filters: 8 kernel_sizes: 3 }",
    "CenterNet with masks: mask_estimation_task.mask_head_params { num_filters: 8 }",
    "CenterNet: densepose_estimation_task { loss { localization_loss { l1_localization_loss { } } classification_loss { weighted_softmax { } } } }",
    "CenterNet: temporal_offset_task { localization_loss { l1_localization_loss { } } }",
    "DeepMAC: deepmac_mask_estimation.mask_num_subsamples 1",
    "DeepMAC: deepmac_mask_estimation.network_type 'embedding_projection'",
    "jitter of whole masks",
    "embeddings of two sizes",
    "a projection of an embedding of the instance",
    "more detections of a class than in all, CenterNet",
)  # fmt: skip
BESIDE = {
    "CenterNet: densepose_estimation_task { loss { localization_loss { l1_localization_loss { } } classification_loss { weighted_softmax { } } } }": [
        "config/not-loaded"
    ],
}
"""The errors that a case has besides this one."""

NMS = "post_processing.batch_non_max_suppression"
MATCHER = "matcher.argmax_matcher"
BROKEN = {
    "matcher { bipartite_matcher { } }": "matcher.bipartite_matcher",
    "matcher { argmax_matcher { matched_threshold: 0.4 unmatched_threshold: 0.5 } }": f"{MATCHER}.unmatched_threshold",
    "matcher { argmax_matcher { negatives_lower_than_unmatched: false } }": f"{MATCHER}.negatives_lower_than_unmatched",
    "post_processing { batch_non_max_suppression { iou_threshold: 1.5 } }": f"{NMS}.iou_threshold",
    "post_processing { batch_non_max_suppression { max_total_detections: 7 } }": f"{NMS}.max_detections_per_class",
    "post_processing { batch_non_max_suppression { soft_nms_sigma: -1 } }": f"{NMS}.soft_nms_sigma",
    "post_processing { batch_non_max_suppression { use_combined_nms: true use_class_agnostic_nms: true } }": f"{NMS}.use_class_agnostic_nms",
    "add_background_class: true explicit_background_class: true": "explicit_background_class",
    "loss { hard_example_miner { } classification_loss { weighted_sigmoid_focal { } } }": "loss.hard_example_miner",
    "use_confidences_as_targets: true add_background_class: false": "use_confidences_as_targets",
    "loss { expected_loss_weights: EXPECTED_SAMPLING }": "loss.expected_loss_weights",
    "loss { random_example_sampler { positive_sample_fraction: 0 } }": "loss.random_example_sampler.positive_sample_fraction",
}
"""What is merged into an SSD, and the field that is named then."""
SOUND = (
    "matcher { argmax_matcher { matched_threshold: 0.4 unmatched_threshold: 0.5 ignore_thresholds: true } }",
    "matcher { argmax_matcher { unmatched_threshold: 0.2 negatives_lower_than_unmatched: false } }",
    "post_processing { batch_non_max_suppression { iou_threshold: nan } }",
    "loss { hard_example_miner { } classification_loss { weighted_softmax { } } }",
    "use_confidences_as_targets: true add_background_class: true",
)


@pytest.mark.parametrize(("text", "field"), BROKEN.items())
def test_what_the_builders_refuse_is_an_error(tmp_path: Path, text: str, field: str):
    report = report_on(tmp_path, text)
    assert codes(report) == {"config/invalid-model-options": "error"}
    assert report.findings[0].where.field == f"model.ssd.{field}"


@pytest.mark.parametrize("text", SOUND)
def test_what_they_take_is_not(tmp_path: Path, text: str):
    assert "error" not in codes(report_on(tmp_path, text)).values()


@pytest.mark.parametrize(
    ("name", "change", "field"),
    [
        ("faster_rcnn_resnet50_v1_640x640_coco17_tpu-8", "number_of_stages: 4", "number_of_stages"),
        ("faster_rcnn_resnet50_v1_640x640_coco17_tpu-8", "number_of_stages: 3", "number_of_stages"),
        ("faster_rcnn_resnet50_v1_640x640_coco17_tpu-8", "inplace_batchnorm_update: true", "inplace_batchnorm_update"),
        ("faster_rcnn_resnet50_v1_640x640_coco17_tpu-8", "first_stage_nms_iou_threshold: 2", "first_stage_nms_iou_threshold"),
        ("faster_rcnn_resnet50_v1_640x640_coco17_tpu-8", "maxpool_stride: 0", "maxpool_stride"),
        ("faster_rcnn_resnet50_v1_640x640_coco17_tpu-8", "maxpool_kernel_size: 15", "maxpool_kernel_size"),
        (
            "faster_rcnn_resnet50_v1_640x640_coco17_tpu-8",
            "second_stage_post_processing { batch_non_max_suppression { max_total_detections: 5 } }",
            "second_stage_post_processing.batch_non_max_suppression.max_detections_per_class",
        ),
        (
            "centernet_resnet101_v1_fpn_512x512_coco17_tpu-8",
            "post_processing { batch_non_max_suppression { max_total_detections: 5 } }",
            "post_processing.batch_non_max_suppression.max_detections_per_class",
        ),
    ],
)
def test_other_architectures_have_their_own(tmp_path: Path, name: str, change: str, field: str):
    (official,) = (path for path in OFFICIAL_CONFIGS if path.stem == name)
    config = wire_to_pets(official, tmp_path)
    kind = "center_net" if name.startswith("centernet") else "faster_rcnn"
    config.write_text(config.read_text() + f"\nmodel {{ {kind} {{ {change} }} }}\n")
    findings = [
        finding
        for finding in validate(Inputs(str(config)), scan=False).findings
        if finding.code == "config/invalid-model-options"
    ]
    assert [finding.where.field for finding in findings] == [f"model.{kind}.{field}"]


CENTERNET, DEEPMAC = "centernet_resnet101_v1_fpn_512x512_coco17_tpu-8", "center_net_deepmac_512x512_voc_only_tpu-32"
KEYPOINTS = "centernet_resnet50_v2_512x512_kpts_coco17_tpu-8"
CENTER, TASK, MASK = "object_center_params", "keypoint_estimation_task", "deepmac_mask_estimation"
PROJECTION = "network_type: 'embedding_projection'"


@pytest.mark.parametrize(
    ("name", "cleared", "change", "fields"),
    [
        (CENTERNET, "object_detection_task", "", ["object_detection_task"]),
        (KEYPOINTS, "object_detection_task", "", []),
        (DEEPMAC, "object_detection_task", "keypoint_estimation_task { }", ["object_detection_task"]),
        (CENTERNET, "", f"{CENTER} {{ keypoint_weights_for_center: 1 }}", [f"{CENTER}.keypoint_weights_for_center"]),
        (KEYPOINTS, "", f"{CENTER} {{ keypoint_weights_for_center: 1 }}", [f"{CENTER}.keypoint_weights_for_center"]),
        (KEYPOINTS, "object_detection_task", f"{CENTER} {{ keypoint_weights_for_center: 1 }}", []),
        (CENTERNET, "", "densepose_estimation_task { }", ["densepose_estimation_task"]),
        (CENTERNET, "", "densepose_estimation_task { } mask_estimation_task { }", []),
        (CENTERNET, "", "temporal_offset_task { }", ["temporal_offset_task"]),
        (DEEPMAC, "", "densepose_estimation_task { } temporal_offset_task { }", []),
        (CENTERNET, "", f"{CENTER} {{ center_head_params {{ num_filters: 8 }} }}", [f"{CENTER}.center_head_params"]),
        (CENTERNET, "", f"{CENTER} {{ center_head_params {{ num_filters: 8 kernel_sizes: 3 }} }}", []),
        (CENTERNET, "", f"{CENTER} {{ center_head_params {{ }} }}", []),
        (KEYPOINTS, "", f"{TASK} {{ offset_head_params {{ kernel_sizes: 8 }} }}", [f"{TASK}[1].offset_head_params"]),
        (DEEPMAC, "", f"{TASK} {{ offset_head_params {{ kernel_sizes: 8 }} }}", []),
        (
            CENTERNET,
            "",
            "mask_estimation_task { mask_head_params { num_filters: 8 } }",
            ["mask_estimation_task.mask_head_params"],
        ),
        (DEEPMAC, "", f"{MASK} {{ mask_num_subsamples: 1 }}", [f"{MASK}.mask_num_subsamples"]),
        (DEEPMAC, "", f"{MASK} {{ mask_num_subsamples: 0 }}", []),
        (
            DEEPMAC,
            "",
            f"{MASK} {{ max_roi_jitter_ratio: 0.1 predict_full_resolution_masks: true }}",
            [f"{MASK}.max_roi_jitter_ratio"],
        ),
        (
            DEEPMAC,
            "",
            f"{MASK} {{ {PROJECTION} }}",
            [f"{MASK}.use_xy", f"{MASK}.use_instance_embedding", f"{MASK}.dim"],
        ),
        (DEEPMAC, "", f"{MASK} {{ {PROJECTION} use_xy: false use_instance_embedding: false dim: 16 }}", []),
    ],
)
def test_a_center_net_has_its_own(tmp_path: Path, name: str, cleared: str, change: str, fields: list[str]):
    (official,) = (path for path in OFFICIAL_CONFIGS if path.stem == name)
    config = wire_to_pets(official, tmp_path)
    message = read_pipeline_config(str(config)).message
    if cleared:
        message.model.center_net.ClearField(cleared)
    text_format.Merge(change, message.model.center_net)
    config.write_text(text_format.MessageToString(message))
    findings = validate(Inputs(str(config)), scan=False).findings
    found = [finding.where.field for finding in findings if finding.code == "config/invalid-model-options"]
    assert found == [f"model.center_net.{field}" for field in fields]


def report_on(folder: Path, text: str) -> Any:
    """The report on a sound SSD into which a text is merged."""
    case = Case(folder)
    text_format.Merge(text, case.config.model.ssd)
    case.write()
    return case.report(scan=False)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ("iou_threshold: -0.1", ["iou_threshold"]),
        ("iou_threshold: 0", []),
        ("iou_threshold: 1", []),
        ("iou_threshold: 1.1", ["iou_threshold"]),
        ("soft_nms_sigma: 0", []),
        ("max_detections_per_class: 100 max_total_detections: 100", []),
    ],
)
def test_the_bounds_of_the_post_processing(tmp_path: Path, options: str, named: list[str]):
    report = report_on(tmp_path, f"post_processing {{ batch_non_max_suppression {{ {options} }} }}")
    found = [str(finding.where.field).rpartition(".")[2] for finding in report.findings if finding.code == RULE.code]
    assert found == named


@pytest.mark.parametrize("text", ["explicit_background_class: true add_background_class: false", "add_background_class: true"])
def test_one_background_class_passes(tmp_path: Path, text: str):
    assert RULE.code not in codes(report_on(tmp_path, text))


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        (f"{MASK} {{ max_roi_jitter_ratio: 0 predict_full_resolution_masks: true }}", []),
        (f"{MASK} {{ max_roi_jitter_ratio: 0.1 predict_full_resolution_masks: false }}", []),
    ],
)
def test_a_jitter_of_0_passes(tmp_path: Path, change: str, fields: list[str]):
    test_a_center_net_has_its_own(tmp_path, DEEPMAC, "", change, fields)


@pytest.mark.parametrize("name", POOLING)
def test_every_size_of_the_pooling_must_be_positive(tmp_path: Path, name: str):
    test_other_architectures_have_their_own(tmp_path, "faster_rcnn_resnet50_v1_640x640_coco17_tpu-8", f"{name}: 0", name)


def test_every_architecture_with_options_has_a_case():
    assert set(invalid_model_options.BROKEN) == {"ssd", "faster_rcnn", "center_net"}


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path, BESIDE.get(name, ()))
