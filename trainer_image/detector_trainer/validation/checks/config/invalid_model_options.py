"""An option of the model contradicts another one or is out of range (builders/model_builder.py and what it calls)."""

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
    silent_impact="useless where an exponent of a focal loss is negative: the weights are nan after one step",
    verified_by=("tests/oracle/test_recorded.py",),
    what="An option of the model is out of range, contradicts another one, or exists only in TensorFlow 1.",
    why='The trainer fails when it builds the model: "max_detections_per_class should be no greater than max_total_detections" or a similar error.',
    fix="Change the option that the message names.",
)
POOLING = ("initial_crop_size", "maxpool_kernel_size", "maxpool_stride")
"""Required options of a Faster R-CNN, unless it has only the first stage; they are 0 by default."""
Broken = Iterator[tuple[str, str]]
"""Fields below model, each with its problem."""


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding for each option."""
    kind = inputs.config.model.WhichOneof("model")
    if kind not in BROKEN:
        return
    for path, problem in BROKEN[kind](inputs.config.model):
        field = f"model.{kind}.{path}"
        yield RULE.finding(f"{field} {problem}.", where=inputs.at(field))


def _ssd(model: Ssd) -> Broken:
    if model.matcher.WhichOneof("matcher_oneof") == "bipartite_matcher":
        yield "matcher.bipartite_matcher", "does not exist in TensorFlow 2: use argmax_matcher"
    yield from _argmax_matcher(model.matcher.argmax_matcher)
    yield from _post_processing("post_processing", model.post_processing)
    if model.add_background_class and model.explicit_background_class:
        yield "explicit_background_class", "cannot be combined with add_background_class, which is the default"
    if model.use_confidences_as_targets and not model.add_background_class:
        yield "use_confidences_as_targets", "requires add_background_class"
    loss = model.loss
    if loss.expected_loss_weights != loss.NONE:
        yield "loss.expected_loss_weights", "requires functions that the trainer does not contain: remove it"
    if loss.HasField("hard_example_miner") and loss.classification_loss.HasField("weighted_sigmoid_focal"):
        yield "loss.hard_example_miner", "cannot be combined with weighted_sigmoid_focal"
    if loss.HasField("random_example_sampler") and loss.random_example_sampler.positive_sample_fraction <= 0:
        yield "loss.random_example_sampler.positive_sample_fraction", "must be above 0"


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
            "is false, which requires an unmatched_threshold below matched_threshold",
        )


def _faster_rcnn(model: FasterRcnn) -> Broken:
    if model.inplace_batchnorm_update:
        yield "inplace_batchnorm_update", "is not supported by Faster R-CNN: remove it"
    if not 1 <= model.number_of_stages <= 3:
        yield "number_of_stages", f"is {model.number_of_stages}; it must be 1, 2 or 3"
    if model.number_of_stages == 3 and not model.second_stage_box_predictor.mask_rcnn_box_predictor.predict_instance_masks:
        yield "number_of_stages", "is 3, which requires predict_instance_masks: true in second_stage_box_predictor"
    if model.number_of_stages > 1:
        for name in POOLING:
            if getattr(model, name) < 1:
                yield name, f"is {getattr(model, name)}; it must be above 0"
        if model.second_stage_batch_size < 1 and not model.HasField("hard_example_miner"):  # it uses all proposals
            yield "second_stage_batch_size", f"is {model.second_stage_batch_size}; it must be above 0"
        if model.maxpool_kernel_size > model.initial_crop_size > 0:
            yield "maxpool_kernel_size", f"{model.maxpool_kernel_size} is above initial_crop_size {model.initial_crop_size}"
    if model.first_stage_nms_iou_threshold < 0 or model.first_stage_nms_iou_threshold > 1:  # nan passes
        yield "first_stage_nms_iou_threshold", f"is {model.first_stage_nms_iou_threshold:g}, not between 0 and 1"
    yield from _post_processing("second_stage_post_processing", model.second_stage_post_processing)


def _center_net(model: CenterNet) -> Broken:
    asked = model.HasField
    deepmac = asked("deepmac_mask_estimation")  # keypoints and the other tasks are not built
    keypoints = () if deepmac else model.keypoint_estimation_task
    if not asked("object_detection_task") and not keypoints:
        yield "object_detection_task", "is not set" + (", but the model has no keypoint_estimation_task" if not deepmac else "")
    if model.object_center_params.keypoint_weights_for_center and (asked("object_detection_task") or len(keypoints) != 1):
        yield (
            "object_center_params.keypoint_weights_for_center",
            "requires one keypoint_estimation_task and no object_detection_task",
        )
    tasks = [(name, getattr(model, name)) for name in ("object_detection_task", "object_center_params")]
    tasks += [(f"keypoint_estimation_task[{number}]", task) for number, task in enumerate(keypoints)]
    if deepmac:
        yield from _deepmac(model.deepmac_mask_estimation)
    else:
        tasks.append(("mask_estimation_task", model.mask_estimation_task))
        if asked("densepose_estimation_task") and not asked("mask_estimation_task"):
            yield "densepose_estimation_task", "requires a mask_estimation_task"
        if asked("temporal_offset_task"):
            yield "temporal_offset_task", "learns targets that the input pipeline does not read: remove it"
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
            yield (
                field,
                f"is {loss.penalty_reduced_logistic_focal_loss.beta:g}: the weights are nan after one step; the usual value is 4",
            )


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
            yield f"{path}.use_xy", "must be false for network_type embedding_projection"
        if task.use_instance_embedding:
            yield f"{path}.use_instance_embedding", "must be false for network_type embedding_projection"
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
"""The functions by meta-architecture."""
