"""The settings of an input reader that the scan needs: plain data, sent to every process."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from detector_trainer.pipeline import gfile
from detector_trainer.pipeline.anchors import anchor_sizes
from detector_trainer.pipeline.label_map import LabelMap, read_label_map
from detector_trainer.pipeline.readers import Reader
from detector_trainer.pipeline.resizer import Resizer, resizer_of
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.protos import types
from detector_trainer.records.schema import FeatureSpec, schema_of, uses_png_masks

if TYPE_CHECKING:
    from detector_trainer.protos.types import DetectionModel, TrainEvalPipelineConfig

# Augmentations that drop boxes outside the crop, and invalid ones with them, silently (core/preprocessor.py).
CROPS = (
    "random_crop_image",
    "random_crop_pad_image",
    "random_crop_to_aspect_ratio",
    "ssd_random_crop",
    "ssd_random_crop_pad",
    "ssd_random_crop_fixed_aspect_ratio",
    "ssd_random_crop_pad_fixed_aspect_ratio",
    "random_square_crop_by_scale",
)


MAX_ANCHORS = 200
"""Sizes; official models have 9 to 63."""
EVERY_PNG_BELOW = 64 << 20
"""Bytes of all files of a reader: a second or two of decoding."""


@dataclass(frozen=True)
class ReaderSettings:
    """The settings of one reader that determine what a valid record is."""

    reader: str
    """`train_input_reader` or `eval_input_reader[0]`."""
    training: bool
    sequence_examples: bool
    schema: tuple[FeatureSpec, ...]
    """The features the trainer parses."""
    has_label_map: bool
    """Whether class/text is used."""
    text_to_id: dict[bytes, int] = field(default_factory=dict)
    """Every name and display name of the label map, and the id the trainer assigns. Empty if the map cannot be read here."""
    id_names: dict[int, str] = field(default_factory=dict)
    num_classes: int = 0
    """0 if the model has no classes."""
    architecture: str = ""
    max_boxes: int = 100
    masks: str = ""
    """`numerical` or `png` where masks are loaded."""
    num_keypoints: int = 0
    num_scores: int = 0
    """Scores that every box must have if they are learned; otherwise 0."""
    context: tuple[int, int] | None = None
    """Number and length of the context features of the model; None if none are loaded, or the model accepts none."""
    has_dense_poses: bool = False
    """Whether they are loaded."""
    num_additional_channels: int = 0
    learned: frozenset[str] = frozenset()
    """Tasks of a CenterNet besides boxes that read values of the records: fields of its message."""
    crop: str = ""
    """The first augmentation that crops; empty if none does."""
    resizer: Resizer | None = None
    """None if it is unknown."""
    anchors: tuple[tuple[float, float], ...] = ()
    """Height and width, in pixels of the resized image, of the anchors to compare training boxes with; empty if unknown."""
    decode_images: bool = True
    every_png: bool = False
    """Measure every PNG, not only a few: it doubles the time of the scan."""
    hash_images: bool = False
    """Hash images, a fifth of the time of a scan that only reads headers; such a scan skips it if it has nothing to compare."""


def settings_of(config: TrainEvalPipelineConfig, reader: Reader, *, decode_images: bool) -> ReaderSettings:
    """Return the settings of one reader of a pipeline config.

    Args:
        config: the config that the trainer would use, overrides applied.
        reader: one of its readers.
        decode_images: decode every image in full; otherwise only image headers are read.
    """
    message = reader.message
    label_map = _label_map(reader.label_map_path)
    label_names: dict[int, str] = {}
    texts: dict[bytes, int] = {}
    if label_map is not None:
        for item in label_map.items:
            label_names[item.id] = item.shown
            for text in (item.name, item.display_name):
                texts[text.encode()] = label_map.id_of(text)
    architecture = config.model.WhichOneof("model") or ""
    options = [option.WhichOneof("preprocessing_step") for option in config.train_config.data_augmentation_options]
    resizer = resizer_of(config)
    training = reader.name == "train_input_reader"
    num_classes = getattr(getattr(config.model, architecture, None), "num_classes", 0)
    return ReaderSettings(
        reader=reader.name,
        training=training,
        sequence_examples=message.input_type == types.InputType.TF_SEQUENCE_EXAMPLE,
        schema=schema_of(message),
        has_label_map=bool(message.label_map_path),
        text_to_id=texts,
        id_names=label_names,
        num_classes=num_classes,
        architecture=architecture,
        max_boxes=message.max_number_of_boxes,
        masks=("png" if uses_png_masks(message) else "numerical") if message.load_instance_masks else "",
        num_keypoints=message.num_keypoints,
        num_scores=num_classes if training and config.train_config.use_multiclass_scores else 0,
        context=_context(config.model) if message.load_context_features else None,
        has_dense_poses=message.load_dense_pose,
        num_additional_channels=max(0, message.num_additional_channels),
        learned=_learned(config.model),
        crop=next((option for option in options if option in CROPS), "") if training else "",
        resizer=resizer,
        anchors=_anchors(config, resizer) if training else (),
        decode_images=decode_images,
        every_png=sum(map(size_of, reader.files)) < EVERY_PNG_BELOW,
        hash_images=decode_images or bool(config.eval_input_reader),
    )


def _context(model: DetectionModel) -> tuple[int, int] | None:
    if model.WhichOneof("model") != "faster_rcnn":
        return None
    settings = model.faster_rcnn.context_config
    return settings.max_num_context_features, settings.context_feature_length


def _learned(model: DetectionModel) -> frozenset[str]:
    if model.WhichOneof("model") != "center_net" or model.center_net.HasField("deepmac_mask_estimation"):
        return frozenset()  # a DeepMAC is built without the other tasks
    return frozenset(field.name for field, _ in model.center_net.ListFields() if field.name.endswith("_task"))


def _anchors(config: TrainEvalPipelineConfig, resizer: Resizer | None) -> tuple[tuple[float, float], ...]:
    """Return the anchor sizes of a model whose images all have the same size; empty for other models."""
    if resizer is None or not resizer.one_size:
        return ()
    sizes = anchor_sizes(config, (resizer.high, resizer.high) if resizer.pads else (resizer.low, resizer.high))
    return tuple((float(height), float(width)) for height, width in sizes) if len(sizes) <= MAX_ANCHORS else ()


def size_of(file: str) -> int:
    """Return the size of a file in bytes; 0 if it cannot be read: its scan reports why."""
    try:
        return Path(file).stat().st_size
    except OSError:
        return 0


def _label_map(path: str) -> LabelMap | None:
    """Read the label map of the reader; None if it has none, or it cannot be read: checks of metadata report that."""
    if not path or gfile.is_remote(path):
        return None
    try:
        return read_label_map(path)
    except Unreadable:
        return None
