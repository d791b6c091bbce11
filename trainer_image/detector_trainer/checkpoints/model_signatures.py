"""Finds the variables of a model without building it: model_signatures.xz, which tools/generators/model_signatures.py generates.

A signature is the object graph of one model as the trainer's builders create it. It represents all models whose configs agree in
everything that variables depend on: `extractor_key` for the feature extractor, `heads_key` for the rest. Two numbers may differ,
and enter the shapes: num_classes, and the depth of the feature pyramid.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from detector_trainer.checkpoints.restore import ModelGraph, Shape
from detector_trainer.data import MODEL_SIGNATURES, read_data

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from detector_trainer.protos.types import DetectionModel

CLASSES, PYRAMID = "classes", "pyramid"
"""The two numbers. A dimension [2, "classes", 1] is 2 x (num_classes + 1)."""

# Fields on which no variable depends, by the name of the message. All other fields count.
_IRRELEVANT: Final[Mapping[str, frozenset[str]]] = {
    name: frozenset(fields.split())
    for name, fields in {
        "Ssd": "num_classes image_resizer matcher similarity_calculator encode_background_as_zeros negative_class_weight "
        "post_processing normalize_loss_by_num_matches normalize_loc_loss_by_codesize loss freeze_batchnorm "
        "inplace_batchnorm_update use_confidences_as_targets implicit_example_weight return_raw_detections_during_predict",
        "FasterRcnn": "num_classes image_resizer first_stage_minibatch_size first_stage_positive_balance_fraction "
        "first_stage_nms_score_threshold first_stage_nms_iou_threshold first_stage_max_proposals "
        "first_stage_localization_loss_weight first_stage_objectness_loss_weight second_stage_batch_size "
        "second_stage_balance_fraction second_stage_post_processing second_stage_localization_loss_weight "
        "second_stage_classification_loss_weight second_stage_mask_prediction_loss_weight hard_example_miner "
        "second_stage_classification_loss inplace_batchnorm_update use_matmul_crop_and_resize clip_anchors_to_image "
        "use_matmul_gather_in_matcher use_static_balanced_label_sampler use_static_shapes use_static_shapes_for_eval "
        "use_partitioned_nms_in_first_stage use_combined_nms_in_first_stage return_raw_detections_during_predict",
        "CenterNet": "num_classes image_resizer post_processing output_prediction_dict",
        "SsdFeatureExtractor": "pad_to_multiple",
        "FasterRcnnFeatureExtractor": "batch_norm_trainable pad_to_multiple",
        "CenterNetFeatureExtractor": "channel_means channel_stds bgr_ordering",
        "FeaturePyramidNetworks": "additional_layer_depth",
        "Hyperparams": "regularizer initializer activation regularize_depthwise",
        "BatchNorm": "decay epsilon train",
        "FasterRcnnBoxCoder": "y_scale x_scale height_scale width_scale",
        "ObjectDetection": "task_loss_weight offset_loss_weight scale_loss_weight localization_loss",
        "ObjectCenterParams": "object_center_loss_weight classification_loss heatmap_bias_init min_box_overlap_iou "
        "max_box_predictions use_labeled_classes keypoint_weights_for_center peak_max_pool_kernel_size",
        "ConvolutionalBoxPredictor": "class_prediction_bias_init dropout_keep_probability apply_sigmoid_to_scores",
        "WeightSharedConvolutionalBoxPredictor": "class_prediction_bias_init dropout_keep_probability score_converter",
        "MaskRCNNBoxPredictor": "dropout_keep_probability",
    }.items()
}
# Scalars whose absence the builder distinguishes from their default.
_ABSENCE_COUNTS: Final = {"SsdFeatureExtractor": {"num_layers"}, "CenterNetFeatureExtractor": {"depth_multiplier"}}
_EXTRACTOR_FIELDS: Final = {
    "ssd": ("feature_extractor",),
    # The second half of the extractor sees the cropped boxes; with another number of stages or context there is another one.
    "faster_rcnn": (
        "feature_extractor",
        "number_of_stages",
        "initial_crop_size",
        "maxpool_kernel_size",
        "maxpool_stride",
        "context_config",
    ),
    "center_net": ("feature_extractor",),
}


@dataclass(frozen=True)
class Signature:
    """The variables of a model."""

    architecture: str
    """ssd, faster_rcnn or center_net."""
    extractor: str
    """Its feature extractor's type."""
    depth_multiplier: float
    extractor_key: str
    heads_key: str | None
    """None if only the feature extractor is known."""
    roots: Mapping[str, int | None]
    """By fine_tune_checkpoint_type, the number of the restored object; None where the trainer has nothing to restore."""
    variables: Mapping[str, int]
    """By fine_tune_checkpoint_type, how many variables are restored."""
    numbers: frozenset[str]
    """Which of the two numbers its shapes depend on."""
    line: int
    """Line of its graph in the file."""

    def graph(self, kind: str, numbers: Mapping[str, int]) -> ModelGraph:
        """Return the graph of what a fine_tune_checkpoint_type restores.

        Args:
            kind: a key of `roots` whose value is not None.
            numbers: num_classes and depth of the pyramid, under CLASSES and PYRAMID.
        """
        root = self.roots[kind]
        assert root is not None
        nodes, shapes = _graph(self.line)
        return ModelGraph(nodes, {number: _shape(dimensions, numbers) for number, dimensions in shapes}, root)


def signatures() -> tuple[Signature, ...]:
    """Return all signatures."""
    return tuple(Signature(**fields, line=line) for line, fields in enumerate(json.loads(_lines()[0])["signatures"], 1))


def known(model: DetectionModel) -> Iterator[Signature]:
    """Yield the signatures with the feature extractor of a DetectionModel proto; those that also have its heads first."""
    extractor, heads = extractor_key(model), heads_key(model)
    found = [signature for signature in signatures() if signature.extractor_key == extractor]
    yield from sorted(found, key=lambda signature: (signature.heads_key or "") != heads)


def numbers(model: DetectionModel) -> dict[str, int]:
    """Return the two numbers of a DetectionModel proto for `Signature.graph`."""
    settings = getattr(model, model.WhichOneof("model"))
    extractor = settings.feature_extractor
    found = {CLASSES: settings.num_classes}
    if hasattr(extractor, "fpn"):
        depth = extractor.fpn.additional_layer_depth
        found[PYRAMID] = depth
        if hasattr(extractor, "depth_multiplier"):
            found[PYRAMID] = max(int(depth * extractor.depth_multiplier), extractor.min_depth)
    return found


def extractor_key(model: DetectionModel) -> str:
    """Return a key of everything that the variables of a DetectionModel's feature extractor depend on."""
    architecture = model.WhichOneof("model")
    settings = getattr(model, architecture)
    key = _essence(settings, only=_EXTRACTOR_FIELDS.get(architecture, ()))
    if architecture == "faster_rcnn":
        key["second_stage"] = settings.second_stage_box_predictor.WhichOneof("box_predictor_oneof")
    return json.dumps({architecture: key}, sort_keys=True)


def heads_key(model: DetectionModel) -> str | None:
    """Return the same key for the rest of a model; None if it depends on more than the config: keypoints on their label map."""
    architecture = model.WhichOneof("model")
    settings = getattr(model, architecture)
    if architecture == "center_net" and settings.keypoint_estimation_task:
        return None
    key = _essence(settings, without=_EXTRACTOR_FIELDS.get(architecture, ()))
    return json.dumps(key, sort_keys=True)


def _essence(message: Message, *, only: Collection[str] | None = None, without: Collection[str] = ()) -> dict[str, object]:
    """Return the relevant fields of a message, as JSON values."""
    name = message.DESCRIPTOR.name
    if name == "AnchorGenerator":
        return _anchors(message)
    found: dict[str, object] = {}
    for field, value in message.ListFields():
        if field.name in _IRRELEVANT.get(name, ()) or field.name in without or (only is not None and field.name not in only):
            continue
        if field.message_type is not None:
            parts = value if field.is_repeated else [value]
            found[field.name] = [_essence(part) for part in parts]
        elif field.is_repeated:
            found[field.name] = list(value)
        elif value != field.default_value or field.name in _ABSENCE_COUNTS.get(name, ()):
            found[field.name] = value
    return found


def _anchors(message: Message) -> dict[str, object]:
    """Return the numbers of anchors; their sizes do not matter."""
    kind = message.WhichOneof("anchor_generator_oneof")
    if kind is None:
        return {}
    anchors = getattr(message, kind)
    if kind == "grid_anchor_generator":
        return {kind: len(anchors.scales) * len(anchors.aspect_ratios)}
    if kind == "multiscale_anchor_generator":
        return {kind: [anchors.min_level, anchors.max_level, anchors.scales_per_octave * len(anchors.aspect_ratios)]}
    if kind == "ssd_anchor_generator":
        extra = anchors.interpolated_scale_aspect_ratio > 0
        sizes = [anchors.num_layers, len(anchors.scales), len(anchors.aspect_ratios)]
        return {kind: [*sizes, extra, anchors.reduce_boxes_in_lowest_layer]}
    return {kind: str(anchors)}


def _shape(dimensions: list[Any], numbers: Mapping[str, int]) -> Shape:
    """Compute a shape. A dimension is a number, or [factor, which of the two numbers, addend]."""
    return tuple(
        dimension if isinstance(dimension, int) else dimension[0] * (numbers[dimension[1]] + dimension[2])
        for dimension in dimensions
    )


@cache
def _graph(line: int) -> tuple[list[dict[str, int]], list[tuple[int, list[Any]]]]:
    nodes, shapes = json.loads(_lines()[line])
    return nodes, shapes


@cache
def _lines() -> list[str]:
    return lzma.decompress(read_data(MODEL_SIGNATURES)).decode().splitlines()
