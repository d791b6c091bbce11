"""The valid inputs that cases begin from: detectors so small that a step takes seconds, and three records of two classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf import text_format

from detector_trainer.protos import message_class
from support.mutations import BOX, CLASS, HEIGHT, LABEL_MAP, SOUND, WIDTH, floats, ints, picture, texts
from support.official_configs import OFFICIAL_CONFIGS

__all__ = ["BASES", "LABEL_MAP", "Base"]

MASK, KEYPOINT, DENSE_POSE = "image/object/mask", "image/object/keypoint/", "image/object/densepose/"
_Example = message_class("tensorflow.Example")
_ROWS = (
    # Boxes as ymin, xmin, ymax, xmax, and the class of each.
    [((0.1, 0.1, 0.5, 0.6), 1), ((0.2, 0.3, 0.9, 0.8), 2)],
    [((0.25, 0.2, 0.75, 0.7), 2)],
    [((0.0, 0.5, 0.6, 1.0), 1), ((0.1, 0.1, 0.4, 0.4), 1), ((0.5, 0.2, 1.0, 0.6), 2)],
)


@dataclass(frozen=True)
class Base:
    """Changes to the valid config, and features that the records have besides."""

    text: str = ""
    """Text proto that is merged into the config."""
    more: Callable[[int], dict[str, Any]] = lambda _: {}
    """Further features of a record with so many boxes."""
    label_map: bool = True
    sizes: tuple[tuple[int, int], ...] = ((WIDTH, HEIGHT),) * 3
    clears: tuple[str, ...] = ()
    """Blocks of the model that are emptied first."""
    model: str = ""
    """The official config that has the model, which is then trained from scratch; empty for the valid config's own SSD."""
    keypoint_map: str = ""
    """The label map of a CenterNet with keypoints, which its model names."""

    def configure(self, config: Any) -> None:
        """Changes a TrainEvalPipelineConfig."""
        if self.model:
            config.model.CopyFrom(_official_model(self.model))
            config.train_config.ClearField("fine_tune_checkpoint")
        for name in self.clears:
            message = config
            *parents, last = name.split(".")
            for parent in parents:
                message = getattr(message, parent)
            message.ClearField(last)
        text_format.Merge(self.text, config)
        if not self.label_map:
            config.train_input_reader.ClearField("label_map_path")

    def examples(self, *, evaluating: bool = False) -> list[Any]:
        """The tf.train.Examples; those to evaluate on are other pictures."""
        first = 10 if evaluating else 0
        return [
            self._example(number, rows, size) for number, (rows, size) in enumerate(zip(_ROWS, self.sizes, strict=True), first)
        ]

    def _example(self, number: int, rows: Sequence[tuple[tuple[float, ...], int]], size: tuple[int, int]) -> Any:
        columns = zip(*(box for box, _ in rows), strict=True)
        width, height = size
        features: dict[str, Any] = {
            **SOUND,
            "image/encoded": texts(picture(width, height, quality=80 + number)),
            "image/filename": texts(f"{number}.jpg".encode()),
            "image/source_id": texts(str(number).encode()),
            "image/height": ints(height),
            "image/width": ints(width),
            **{BOX + side: floats(*column) for side, column in zip(("ymin", "xmin", "ymax", "xmax"), columns, strict=True)},
            CLASS + "text": texts(*(b"cat" if label == 1 else b"dog" for _, label in rows)),
            CLASS + "label": ints(*(label for _, label in rows)),
            **self.more(len(rows)),
        }
        message: Any = _Example()
        for name, feature in features.items():
            message.features.feature[name].CopyFrom(feature)
        return message


def _official_model(name: str) -> Any:
    """The message object_detection.protos.DetectionModel of an official config, for two classes."""
    (path,) = (path for path in OFFICIAL_CONFIGS if path.stem == name)
    config: Any = message_class("object_detection.protos.TrainEvalPipelineConfig")()
    text_format.Merge(path.read_text(), config)
    getattr(config.model, config.model.WhichOneof("model")).num_classes = 2
    return config.model


_CROP = "train_config { data_augmentation_options { random_horizontal_flip { } } data_augmentation_options { random_crop_image { } } }"
_KEEP_ASPECT = """
model { ssd { feature_extractor { pad_to_multiple: 32 } image_resizer { keep_aspect_ratio_resizer { min_dimension: 128 max_dimension: 192 } } } }
train_config { batch_size: 1 }
"""
_SMALL = "image_resizer { fixed_shape_resizer { height: 128 width: 128 } }"
_LEAST = "image_resizer { fixed_shape_resizer { height: 256 width: 256 } }"  # a pyramid up to level 7 refuses 128

_PNG_MASKS = "train_input_reader { load_instance_masks: true mask_type: PNG_MASKS }"
_NUMERICAL_MASKS = "train_input_reader { load_instance_masks: true }"
_HEATMAP = "classification_loss { penalty_reduced_logistic_focal_loss { alpha: 2 beta: 4 } }"
_KEYPOINTS = f"""keypoint_estimation_task {{
  task_name: 'pose' keypoint_class_name: 'cat' keypoint_label_to_std {{ key: 'nose' value: 0.26 }}
  loss {{ localization_loss {{ l1_localization_loss {{ }} }} {_HEATMAP} }}
}}"""


def _numerical_masks(boxes: int) -> dict[str, Any]:
    return {MASK: floats(*[1.0] * (WIDTH * HEIGHT * boxes))}


def _png_masks(boxes: int) -> dict[str, Any]:
    return {MASK: texts(*[picture(kind="PNG", mode="L")] * boxes)}


def _keypoints(boxes: int) -> dict[str, Any]:
    return {KEYPOINT + end: floats(*[0.5] * 3 * boxes) for end in "xy"} | {KEYPOINT + "visibility": ints(*[2] * 3 * boxes)}


def _dense_poses(boxes: int) -> dict[str, Any]:
    """Two points for each box, and a track."""
    points = {DENSE_POSE + "num": ints(*[2] * boxes), DENSE_POSE + "part_index": ints(*[1] * 2 * boxes)}
    points |= {DENSE_POSE + end: floats(*[0.5] * 2 * boxes) for end in "yxvu"}
    return points | {"image/object/track/label": ints(*range(boxes))}


def _scores(boxes: int) -> dict[str, Any]:
    return {CLASS + "multiclass_scores": floats(*[0.25, 0.75] * boxes)}


def _context(_: int) -> dict[str, Any]:
    """Two features of four values."""
    return {"image/context_features": floats(*[0.5] * 8), "image/context_feature_length": ints(4)}


def _channels(_: int) -> dict[str, Any]:
    return {"image/additional_channels/encoded": texts(picture(kind="PNG", mode="L"))}


BASES = {
    "plain": Base(),
    "crop": Base(_CROP),
    "no map": Base(label_map=False),
    "from scratch": Base("train_config { batch_size: 1 }", clears=("train_config.fine_tune_checkpoint",)),
    "keep aspect": Base(_KEEP_ASPECT, sizes=((64, 48), (48, 64), (64, 64))),
    "numerical masks": Base(_NUMERICAL_MASKS, _numerical_masks),
    "PNG masks": Base(_PNG_MASKS, _png_masks),
    "keypoints": Base("train_input_reader { num_keypoints: 3 }", _keypoints),
    "dense poses": Base("train_input_reader { load_dense_pose: true load_track_id: true }", _dense_poses),
    "scores": Base(
        "train_config { use_multiclass_scores: true } train_input_reader { load_multiclass_scores: true }",
        _scores,
    ),
    "channels": Base(
        """model { ssd { feature_extractor { type: 'ssd_mobilenet_v2_fpn_keras' } } }
        train_input_reader { num_additional_channels: 1 }""",
        _channels,
        clears=("train_config.fine_tune_checkpoint",),
    ),
    "Faster R-CNN": Base(
        f"model {{ faster_rcnn {{ {_SMALL} first_stage_max_proposals: 16 second_stage_batch_size: 16 }} }}",
        model="faster_rcnn_resnet50_v1_640x640_coco17_tpu-8",
    ),
    "EfficientDet": Base(
        f"model {{ ssd {{ {_LEAST} feature_extractor {{ bifpn {{ num_iterations: 1 num_filters: 16 }} }} }} }}",
        model="ssd_efficientdet_d0_512x512_coco17_tpu-8",
    ),
    "CenterNet": Base(
        f"model {{ center_net {{ {_SMALL} feature_extractor {{ type: 'resnet_v2_50' }} }} }}",
        model="centernet_resnet101_v1_fpn_512x512_coco17_tpu-8",
    ),
    "Mask R-CNN": Base(
        f"""model {{ faster_rcnn {{ {_SMALL} feature_extractor {{ type: 'faster_rcnn_resnet50_keras' }}
        first_stage_max_proposals: 8 second_stage_batch_size: 8 initial_crop_size: 7
        second_stage_box_predictor {{ mask_rcnn_box_predictor {{ mask_height: 7 mask_width: 7 mask_prediction_num_conv_layers: 1 }} }}
        }} }} {_PNG_MASKS}""",
        _png_masks,
        model="mask_rcnn_inception_resnet_v2_1024x1024_coco17_gpu-8",
    ),
    "Faster R-CNN with context": Base(
        f"""model {{ faster_rcnn {{ {_SMALL} first_stage_max_proposals: 16 second_stage_batch_size: 16
        context_config {{ max_num_context_features: 10 context_feature_length: 4 }} }} }}
        train_input_reader {{ load_context_features: true }}""",
        _context,
        model="faster_rcnn_resnet50_v1_640x640_coco17_tpu-8",
    ),
    "Faster R-CNN with an FPN": Base(
        f"model {{ faster_rcnn {{ {_SMALL} first_stage_max_proposals: 16 second_stage_batch_size: 16 }} }}",
        model="faster_rcnn_resnet50_v1_fpn_640x640_coco17_tpu-8",
    ),
    "CenterNet with keypoints": Base(
        f"model {{ center_net {{ {_SMALL} {_KEYPOINTS} }} }} train_input_reader {{ num_keypoints: 3 }}",
        _keypoints,
        clears=("model.center_net.keypoint_estimation_task",),
        model="centernet_resnet50_v2_512x512_kpts_coco17_tpu-8",
        keypoint_map="item { id: 1 name: 'cat' keypoints { id: 0 label: 'nose' } keypoints { id: 1 label: 'ear' } keypoints { id: 2 label: 'tail' } }",
    ),
    "CenterNet with masks": Base(
        f"""model {{ center_net {{ {_SMALL} feature_extractor {{ type: 'resnet_v2_50' }}
        mask_estimation_task {{ mask_height: 32 mask_width: 32 classification_loss {{ weighted_softmax {{ }} }} }} }} }} {_NUMERICAL_MASKS}""",
        _numerical_masks,
        model="centernet_resnet101_v1_fpn_512x512_coco17_tpu-8",
    ),
    "DeepMAC": Base(
        f"""model {{ center_net {{ {_SMALL} feature_extractor {{ type: 'hourglass_10' }}
        deepmac_mask_estimation {{ network_type: 'hourglass10' num_init_channels: 8 dim: 8 mask_size: 16 }} }} }}
        train_config {{ unpad_groundtruth_tensors: false }} {_PNG_MASKS}""",
        _png_masks,
        clears=("model.center_net.deepmac_mask_estimation.allowed_masked_classes_ids",),
        model="center_net_deepmac_512x512_voc_only_tpu-32",
    ),
    "RetinaNet": Base(f"model {{ ssd {{ {_LEAST} }} }}", model="ssd_resnet50_v1_fpn_640x640_coco17_tpu-8"),
}
"""By name."""
