"""The model learns masks, keypoints or other targets that train_input_reader does not load (meta_architectures/*_meta_arch.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

if TYPE_CHECKING:
    from detector_trainer.protos.types import CenterNet, DetectionModel, FasterRcnn

RULE = Rule(
    code="config/not-loaded",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(14, 35),
    silent_impact="worse, a warning, for a DeepMAC: it learns no masks",
    verified_by=("tests/oracle/test_recorded.py",),
    what="The model learns masks, keypoints or other targets that train_input_reader does not load.",
    why='The trainer fails at the first step: "Groundtruth instance masks not provided", "Groundtruth tensor keypoints has not been provided".',
    fix="Set load_instance_masks: true, or num_keypoints to the number of keypoints of each box, in train_input_reader.",
)
MASKS, KEYPOINTS, DEPTHS = "load_instance_masks", "num_keypoints", "load_keypoint_depth_features"
WITHOUT_MASKS = (
    "box_consistency_loss_weight",
    "color_consistency_loss_weight",
    "pointly_supervised_keypoint_loss_weight",
    "augmented_self_supervision_loss_weight",
)
"""Augmentations and options from which a DeepMAC learns masks if the records have none."""


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding for each setting of the reader."""
    kind = inputs.config.model.WhichOneof("model")
    if kind not in LEARNED:
        return
    reader = inputs.config.train_input_reader
    for part, setting, severity in LEARNED[kind](inputs.config.model):
        if not getattr(reader, setting):
            field = f"train_input_reader.{setting}"
            does = "is not set, but" if severity is None else "is not set, so no masks are learned, although"
            yield RULE.finding(
                f"{field} {does} the model has {part}.",
                where=inputs.at(field),
                severity=severity,
            )


Learned = Iterator[tuple[str, str, Severity | None]]
"""A part of the model, the setting of the reader that it requires, and the severity if it is not an error."""


def _faster_rcnn(model: FasterRcnn) -> Learned:
    if model.number_of_stages == 3 and model.second_stage_box_predictor.mask_rcnn_box_predictor.predict_instance_masks:
        yield "predict_instance_masks: true", MASKS, None
    if model.HasField("context_config"):
        yield "a context_config", "load_context_features", None


def _center_net(model: CenterNet) -> Learned:
    if model.HasField("deepmac_mask_estimation"):  # the other tasks are not built
        if not any(getattr(model.deepmac_mask_estimation, name) for name in WITHOUT_MASKS):
            yield "deepmac_mask_estimation", MASKS, Severity.WARNING
        return
    if model.HasField("mask_estimation_task"):
        yield "a mask_estimation_task", MASKS, None
    if model.keypoint_estimation_task:
        yield "a keypoint_estimation_task", KEYPOINTS, None
    if any(task.predict_depth for task in model.keypoint_estimation_task):
        yield "predict_depth: true", DEPTHS, None
    if model.HasField("densepose_estimation_task"):
        yield "a densepose_estimation_task", "load_dense_pose", None
    if model.HasField("track_estimation_task"):
        yield "a track_estimation_task", "load_track_id", None


LEARNED: dict[str, Callable[[DetectionModel], Learned]] = {
    "faster_rcnn": lambda model: _faster_rcnn(model.faster_rcnn),
    "center_net": lambda model: _center_net(model.center_net),
}
"""The functions by meta-architecture."""
