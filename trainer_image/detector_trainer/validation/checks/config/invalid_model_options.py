"""Options of the model contradict each other or are out of range (builders/model_builder.py and what it calls)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from detector_trainer.protos.types import ArgMaxMatcher, CenterNet, DetectionModel, FasterRcnn, PostProcessing, Ssd

RULE = Rule(
    code="config/invalid-model-options",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(14,),
    silent_impact="worthless where an exponent of a focal loss is negative: what is learned is nan after a step",
    verified_by=("tests/oracle/test_recorded.py",),
    what="An option of the model is out of range, contradicts another one, or is of TensorFlow 1.",
    why='The trainer ends when it builds the model: "max_detections_per_class should be no greater than max_total_detections" or the like.',
    fix="Change the option as the message says.",
)
POOLING = ("initial_crop_size", "maxpool_kernel_size", "maxpool_stride")
"""What a Faster R-CNN has to be told, unless it has a first stage only; 0 by default."""
Broken = Iterator[tuple[str, str]]
"""Fields below model, each with what is wrong with it."""


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding an option."""
    kind = inputs.config.model.WhichOneof("model")
    if kind not in BROKEN:
        return
    for path, words in BROKEN[kind](inputs.config.model):
        field = f"model.{kind}.{path}"
        yield RULE.finding(f"{field} {words}.", where=inputs.at(field))


def _ssd(model: Ssd) -> Broken:
    if model.matcher.WhichOneof("matcher_oneof") == "bipartite_matcher":
        yield "matcher.bipartite_matcher", "is not in TensorFlow 2: use argmax_matcher"
    yield from _argmax_matcher(model.matcher.argmax_matcher)
    yield from _post_processing("post_processing", model.post_processing)
    if model.add_background_class and model.explicit_background_class:
        yield "explicit_background_class", "cannot be set beside add_background_class, which is the default"
    if model.use_confidences_as_targets and not model.add_background_class:
        yield "use_confidences_as_targets", "needs add_background_class"
    loss = model.loss
    if loss.expected_loss_weights != loss.NONE:
        yield "loss.expected_loss_weights", "needs functions that the trainer does not have: remove it"
    if loss.HasField("hard_example_miner") and loss.classification_loss.HasField("weighted_sigmoid_focal"):
        yield "loss.hard_example_miner", "cannot be combined with weighted_sigmoid_focal"
    if loss.HasField("random_example_sampler") and loss.random_example_sampler.positive_sample_fraction <= 0:
        yield "loss.random_example_sampler.positive_sample_fraction", "has to be above 0"


def _argmax_matcher(matcher: ArgMaxMatcher) -> Broken:
    if matcher.ignore_thresholds:
        equal = True
    else:
        equal = matcher.matched_threshold == matcher.unmatched_threshold
        if matcher.unmatched_threshold > matcher.matched_threshold:
            yield (
                "matcher.argmax_matcher.unmatched_threshold",
                f"{matcher.unmatched_threshold:g} is above matched_threshold {matcher.matched_threshold:g}",
            )
    if equal and not matcher.negatives_lower_than_unmatched:
        yield (
            "matcher.argmax_matcher.negatives_lower_than_unmatched",
            "is false, which needs an unmatched_threshold below matched_threshold",
        )


def _faster_rcnn(model: FasterRcnn) -> Broken:
    if model.inplace_batchnorm_update:
        yield "inplace_batchnorm_update", "is not supported by Faster R-CNN: remove it"
    if not 1 <= model.number_of_stages <= 3:
        yield "number_of_stages", f"is {model.number_of_stages}; it has to be 1, 2 or 3"
    if model.number_of_stages == 3 and not model.second_stage_box_predictor.mask_rcnn_box_predictor.predict_instance_masks:
        yield "number_of_stages", "is 3, which needs predict_instance_masks: true in second_stage_box_predictor"
    if model.number_of_stages > 1:
        for name in POOLING:
            if getattr(model, name) < 1:
                yield name, f"is {getattr(model, name)}; it has to be above 0"
        if model.second_stage_batch_size < 1 and not model.HasField("hard_example_miner"):  # which takes all proposals
            yield "second_stage_batch_size", f"is {model.second_stage_batch_size}; it has to be above 0"
        if model.maxpool_kernel_size > model.initial_crop_size > 0:
            yield "maxpool_kernel_size", f"{model.maxpool_kernel_size} is above initial_crop_size {model.initial_crop_size}"
    if model.first_stage_nms_iou_threshold < 0 or model.first_stage_nms_iou_threshold > 1:  # not a number is let through
        yield "first_stage_nms_iou_threshold", f"is {model.first_stage_nms_iou_threshold:g}, not between 0 and 1"
    yield from _post_processing("second_stage_post_processing", model.second_stage_post_processing)


def _center_net(model: CenterNet) -> Broken:
    asked = model.HasField
    deepmac = asked("deepmac_mask_estimation")  # built without keypoints and the other tasks
    keypoints = () if deepmac else model.keypoint_estimation_task
    if not asked("object_detection_task") and not keypoints:
        yield "object_detection_task", "is not set" + (", and there is no keypoint_estimation_task" if not deepmac else "")
    if model.object_center_params.keypoint_weights_for_center and (asked("object_detection_task") or len(keypoints) != 1):
        yield (
            "object_center_params.keypoint_weights_for_center",
            "needs one keypoint_estimation_task and no object_detection_task",
        )
    tasks = [(name, getattr(model, name)) for name in ("object_detection_task", "object_center_params")]
    tasks += [(f"keypoint_estimation_task[{number}]", task) for number, task in enumerate(keypoints)]
    if deepmac:
        yield from _deepmac(model.deepmac_mask_estimation)
    else:
        tasks.append(("mask_estimation_task", model.mask_estimation_task))
        if asked("densepose_estimation_task") and not asked("mask_estimation_task"):
            yield "densepose_estimation_task", "needs a mask_estimation_task"
        if asked("temporal_offset_task"):
            yield "temporal_offset_task", "learns what the input pipeline does not read: remove it"
        if asked("post_processing"):
            yield from _post_processing("post_processing", model.post_processing)
    for path, task in tasks:
        yield from _heads(path, task)
    losses = [("object_center_params", model.object_center_params.classification_loss)]
    losses += [
        (f"keypoint_estimation_task[{number}].loss", task.loss.classification_loss) for number, task in enumerate(keypoints)
    ]
    for path, loss in losses:
        if loss.penalty_reduced_logistic_focal_loss.beta < 0:
            field = f"{path}.classification_loss.penalty_reduced_logistic_focal_loss.beta"
            yield field, f"is {loss.penalty_reduced_logistic_focal_loss.beta:g}: what is learned is nan after a step; 4 is usual"


def _heads(path: str, task: Message) -> Broken:
    for field, head in task.ListFields():
        if field.name.endswith("_head_params") and len(head.num_filters) != len(head.kernel_sizes):
            yield f"{path}.{field.name}", f"has {len(head.num_filters)} num_filters and {len(head.kernel_sizes)} kernel_sizes"


def _deepmac(task: CenterNet.DeepMACMaskEstimation) -> Broken:
    path = "deepmac_mask_estimation"
    if task.predict_full_resolution_masks and task.max_roi_jitter_ratio > 0:
        yield f"{path}.max_roi_jitter_ratio", "cannot be combined with predict_full_resolution_masks"
    if task.mask_num_subsamples > 0:
        yield f"{path}.mask_num_subsamples", f"is {task.mask_num_subsamples}, which is not supported: remove it"
    if task.network_type == "embedding_projection":
        if task.use_xy:
            yield f"{path}.use_xy", "has to be false for network_type embedding_projection"
        if task.use_instance_embedding:
            yield f"{path}.use_instance_embedding", "has to be false for network_type embedding_projection"
        if task.dim != task.pixel_embedding_dim:
            yield (
                f"{path}.dim",
                f"{task.dim} is not pixel_embedding_dim {task.pixel_embedding_dim}, as embedding_projection needs",
            )


def _post_processing(path: str, settings: PostProcessing) -> Broken:
    suppression = settings.batch_non_max_suppression
    path = f"{path}.batch_non_max_suppression"
    if suppression.iou_threshold < 0 or suppression.iou_threshold > 1:
        yield f"{path}.iou_threshold", f"is {suppression.iou_threshold:g}, not between 0 and 1"
    if suppression.max_detections_per_class > suppression.max_total_detections:
        yield (
            f"{path}.max_detections_per_class",
            f"{suppression.max_detections_per_class} is above max_total_detections {suppression.max_total_detections}",
        )
    if suppression.soft_nms_sigma < 0:
        yield f"{path}.soft_nms_sigma", f"is {suppression.soft_nms_sigma:g}; it must not be negative"
    if suppression.use_combined_nms and suppression.use_class_agnostic_nms:
        yield f"{path}.use_class_agnostic_nms", "cannot be combined with use_combined_nms"


BROKEN: dict[str, Callable[[DetectionModel], Broken]] = {
    "ssd": lambda model: _ssd(model.ssd),
    "faster_rcnn": lambda model: _faster_rcnn(model.faster_rcnn),
    "center_net": lambda model: _center_net(model.center_net),
}
"""By meta-architecture."""
