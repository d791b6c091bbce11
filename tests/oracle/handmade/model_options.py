"""Options that the builder of a model, its losses and its post-processing refuse or take, alone or together."""

from __future__ import annotations

from oracle.generate import ARCHITECTURES
from oracle.handmade.row import CENTER_NET, KEYPOINT_TASK, STAGES, config

NMS = "model.ssd.post_processing.batch_non_max_suppression"
CONFIDENCES = "model.ssd.use_confidences_as_targets"
DEEPMAC = f"{CENTER_NET}.deepmac_mask_estimation"

AS_THEY_ARE = tuple(config("N15", f"{base} as it is", "train_config.batch_size", "2", base=base) for base in ARCHITECTURES)
"""The architectures that cases begin from, each unchanged."""

OF_SSD = (
    config("14", "an IoU above 1", f"{NMS}.iou_threshold", "1.5"),
    config("14", "an IoU of nothing", f"{NMS}.iou_threshold", "nan"),
    config("14", "a negative soft_nms_sigma", f"{NMS}.soft_nms_sigma", "-0.5"),
    config("14", "combined and class-agnostic suppression", NMS, "{ use_combined_nms: true use_class_agnostic_nms: true }"),
    config(
        "14",
        "two backgrounds",
        "model.ssd.explicit_background_class",
        "true",
        ["config", "model.ssd.add_background_class", "true"],
    ),
    config("14", "an explicit background", "model.ssd.explicit_background_class", "true"),
    config("14", "a miner beside focal loss", "model.ssd.loss.hard_example_miner", "{ }"),
    config("14", "a sampler of negatives", "model.ssd.loss.random_example_sampler.positive_sample_fraction", "0"),
    config("14", "unmatched above matched", "model.ssd.matcher.argmax_matcher.unmatched_threshold", "0.75"),
    config(
        "14",
        "unmatched above matched, ignored",
        "model.ssd.matcher.argmax_matcher",
        "{ unmatched_threshold: 0.75 ignore_thresholds: true }",
    ),
    config("14", "negatives between equals", "model.ssd.matcher.argmax_matcher.negatives_lower_than_unmatched", "false"),
    config(
        "14",
        "negatives between",
        "model.ssd.matcher.argmax_matcher",
        "{ unmatched_threshold: 0.25 negatives_lower_than_unmatched: false }",
    ),
    config("N15", "confidences as targets", CONFIDENCES, "true", ["config", "train_config.unpad_groundtruth_tensors", "false"]),
    config(
        "14",
        "confidences as targets without a background",
        CONFIDENCES,
        "true",
        ["config", "model.ssd.add_background_class", "false"],
    ),
    config("14", "expected loss weights", "model.ssd.loss.expected_loss_weights", "EXPECTED_SAMPLING"),
    config(
        "14",
        "max_detections_per_class above the total",
        f"{NMS}.max_total_detections",
        "1",
    ),
    config("14", "a bipartite matcher", "model.ssd.matcher", "{ bipartite_matcher { } }"),
)

OF_FASTER_RCNN = (
    *(
        config("14", f"{name} {value}", f"{STAGES}.{name}", value, base="Faster R-CNN")
        for name, value in (
            ("maxpool_kernel_size", "0"),
            ("maxpool_kernel_size", "15"),
            ("maxpool_stride", "0"),
            ("initial_crop_size", "0"),
            ("second_stage_batch_size", "0"),
        )
    ),
    config("N15", "maxpool_kernel_size 14", f"{STAGES}.maxpool_kernel_size", "14", base="Faster R-CNN"),
    config(
        "N15",
        "second_stage_batch_size 0 beside a miner",
        f"{STAGES}.second_stage_batch_size",
        "0",
        ["config", f"{STAGES}.hard_example_miner", "{ }"],
        base="Faster R-CNN",
    ),
    config(
        "N15",
        "one stage without pooling",
        f"{STAGES}.maxpool_kernel_size",
        "0",
        ["config", f"{STAGES}.number_of_stages", "1"],
        base="Faster R-CNN",
    ),
    config("14", "four stages", f"{STAGES}.number_of_stages", "4", base="Faster R-CNN"),
    config("14", "three stages without a mask head", f"{STAGES}.number_of_stages", "3", base="Faster R-CNN"),
    config("N15", "one stage", f"{STAGES}.number_of_stages", "1", base="Faster R-CNN"),
    config("14", "Faster R-CNN, in-place batch norm", f"{STAGES}.inplace_batchnorm_update", "true", base="Faster R-CNN"),
    config("14", "a negative IoU of proposals", f"{STAGES}.first_stage_nms_iou_threshold", "-0.1", base="Faster R-CNN"),
    config(
        "14",
        "more detections of a class than in all, second stage",
        f"{STAGES}.second_stage_post_processing.batch_non_max_suppression.max_total_detections",
        "1",
        base="Faster R-CNN",
    ),
)

MODELS = (*OF_SSD, *OF_FASTER_RCNN)

CENTER_NETS = (
    *(config("14", f"a CenterNet with beta {value}", f"{CENTER_NET}.object_center_params.classification_loss.penalty_reduced_logistic_focal_loss.beta", value, base="CenterNet") for value in ("-1", "0")),
    config("14", "keypoints of a CenterNet with beta -1", f"{KEYPOINT_TASK}.loss.classification_loss.penalty_reduced_logistic_focal_loss.beta", "-1", base="CenterNet with keypoints"),
    *(
        config(entries, f"{base}: {path} {value}", f"{CENTER_NET}.{path}", value, base=base)
        for entries, base, path, value in (
            ("14", "CenterNet", "object_detection_task", None),
            ("14", "DeepMAC", "object_detection_task", None),
            ("N15", "CenterNet with keypoints", "object_detection_task", None),
            ("14", "CenterNet", "object_center_params.keypoint_weights_for_center", "1"),
            ("14", "CenterNet with keypoints", "object_center_params.keypoint_weights_for_center", "1"),
            ("14", "DeepMAC", "object_center_params.keypoint_weights_for_center", "1"),
            ("14", "CenterNet with keypoints", "keypoint_estimation_task[0].heatmap_head_params", "{ num_filters: 8 }"),
            ("N15", "CenterNet with keypoints", "keypoint_estimation_task[0].heatmap_head_params", "{ num_filters: 8 kernel_sizes: 3 }"),
            ("N15", "CenterNet with keypoints", "keypoint_estimation_task[0].heatmap_head_params", "{ }"),
            ("14", "CenterNet", "object_detection_task.scale_head_params", "{ kernel_sizes: 3 }"),
            ("14", "CenterNet", "object_center_params.center_head_params", "{ num_filters: 8 num_filters: 8 kernel_sizes: 3 }"),
            ("14", "CenterNet with masks", "mask_estimation_task.mask_head_params", "{ num_filters: 8 }"),
            ("14", "CenterNet", "densepose_estimation_task", "{ loss { localization_loss { l1_localization_loss { } } classification_loss { weighted_softmax { } } } }"),
            ("14", "CenterNet", "temporal_offset_task", "{ localization_loss { l1_localization_loss { } } }"),
            ("14", "DeepMAC", "deepmac_mask_estimation.mask_num_subsamples", "1"),
            ("N15", "DeepMAC", "deepmac_mask_estimation.mask_num_subsamples", "0"),
            ("14", "DeepMAC", "deepmac_mask_estimation.network_type", "'embedding_projection'"),
            ("N15", "DeepMAC", "keypoint_estimation_task", "{ }"),
            ("N15", "DeepMAC", "mask_estimation_task", "{ }"),
        )
    ),
    config("14", "jitter of whole masks", f"{DEEPMAC}.max_roi_jitter_ratio", "0.1", ["config", f"{DEEPMAC}.predict_full_resolution_masks", "true"], base="DeepMAC"),
    config("14", "embeddings of two sizes", f"{DEEPMAC}.network_type", "'embedding_projection'", ["config", f"{DEEPMAC}.use_xy", "false"], base="DeepMAC"),
    config("14", "a projection of an embedding of the instance", f"{DEEPMAC}.network_type", "'embedding_projection'", ["config", f"{DEEPMAC}.use_xy", "false"], ["config", f"{DEEPMAC}.dim", "16"], base="DeepMAC"),
    config(
        "14",
        "more detections of a class than in all, CenterNet",
        f"{CENTER_NET}.post_processing.batch_non_max_suppression.max_total_detections",
        "1",
        base="CenterNet",
    ),
)  # fmt: skip
"""Tasks of a CenterNet, of which a DeepMAC is one."""

TOLD_BY_DEEP = (config("14", "confidences as targets, one of the two unpadded", CONFIDENCES, "true"),)
"""What only `--deep` reports."""
