"""Weights of losses that are numbers or not."""

from __future__ import annotations

from oracle.handmade.row import STAGES, config

WEIGHTS = tuple(
    config(entries, f"{base}: {path} {value}", f"model.{path}", value, *more, base=base)
    for entries, base, path, value, more in (
        ("10", "from scratch", "ssd.loss.classification_weight", "nan", ()),
        ("10", "from scratch", "ssd.loss.localization_weight", "inf", ()),
        ("N15", "from scratch", "ssd.loss.localization_weight", "-1", ()),
        ("10", "CenterNet with masks", "center_net.object_center_params.object_center_loss_weight", "nan", ()),
        ("10", "CenterNet with masks", "center_net.mask_estimation_task.task_loss_weight", "inf", ()),
        ("10", "CenterNet", "center_net.object_detection_task.scale_loss_weight", "nan", ()),
        ("10", "CenterNet with keypoints", "center_net.keypoint_estimation_task[0].keypoint_offset_loss_weight", "nan", ()),
        ("N15", "DeepMAC", "center_net.deepmac_mask_estimation.task_loss_weight", "nan", ()),
        ("10", "Faster R-CNN", "faster_rcnn.first_stage_objectness_loss_weight", "nan", ()),
        ("10", "Faster R-CNN", "faster_rcnn.second_stage_localization_loss_weight", "inf", ()),
        (
            "N15",
            "Faster R-CNN",
            "faster_rcnn.second_stage_localization_loss_weight",
            "nan",
            (["config", f"{STAGES}.number_of_stages", "1"],),
        ),
    )
)
