"""Which features of a record the trainer parses, and as what (data_decoders/tf_example_decoder.py)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from detector_trainer.protos import types

if TYPE_CHECKING:
    from detector_trainer.protos.types import InputReader

BYTES, FLOAT, INT64 = 1, 2, 3
KIND_NAMES = {BYTES: "bytes", FLOAT: "float", INT64: "int64"}
SIDES = ("image/object/bbox/ymin", "image/object/bbox/xmin", "image/object/bbox/ymax", "image/object/bbox/xmax")
IMAGE, FORMAT, SOURCE_ID = "image/encoded", "image/format", "image/source_id"
LABEL, TEXT = "image/object/class/label", "image/object/class/text"
MASK = "image/object/mask"
WEIGHT, MASK_WEIGHT = "image/object/weight", "image/object/mask/weight"
KEYPOINTS = ("image/object/keypoint/x", "image/object/keypoint/y", "image/object/keypoint/visibility")
KEYPOINT_DEPTHS = ("image/object/keypoint/z", "image/object/keypoint/z/weights")
SCORES = "image/object/class/multiclass_scores"
CONTEXT, CONTEXT_LENGTH = "image/context_features", "image/context_feature_length"
CHANNELS = "image/additional_channels/encoded"
DENSE_POINTS, DENSE_PARTS = "image/object/densepose/num", "image/object/densepose/part_index"
DENSE_COORDINATES = tuple(f"image/object/densepose/{end}" for end in "yxvu")


@dataclass(frozen=True)
class Spec:
    """One feature that the trainer parses."""

    name: str
    kind: int
    count: int | None = None
    """How many values it must have where it is present; None for any number."""
    required: bool = False
    counted: bool = False
    """Only the number of its values matters to the checks; they are not kept."""


_PLAIN = (
    Spec(IMAGE, BYTES, 1, counted=True),  # its bytes never get here: they are looked at and forgotten
    Spec(FORMAT, BYTES, 1),
    Spec("image/filename", BYTES, 1, counted=True),
    Spec("image/key/sha256", BYTES, 1, counted=True),
    Spec(SOURCE_ID, BYTES, 1),
    Spec("image/height", INT64, 1),
    Spec("image/width", INT64, 1),
    *(Spec(side, FLOAT) for side in SIDES),
    Spec(LABEL, INT64),
    Spec(TEXT, BYTES),
    Spec("image/object/area", FLOAT, counted=True),
    Spec("image/object/is_crowd", INT64, counted=True),
    Spec("image/object/difficult", INT64, counted=True),
    Spec("image/object/group_of", INT64, counted=True),
    Spec(WEIGHT, FLOAT),
    Spec("image/class/text", BYTES),
    Spec("image/class/label", INT64),
    Spec("image/class/confidence", FLOAT, counted=True),
    Spec("image/neg_category_ids", INT64),
    Spec("image/not_exhaustive_category_ids", INT64),
)


def schema_of(reader: InputReader) -> tuple[Spec, ...]:
    """The features that the trainer parses for an InputReader."""
    found = list(_PLAIN)
    if reader.load_instance_masks:
        found += [
            Spec(MASK, BYTES) if uses_png_masks(reader) else Spec(MASK, FLOAT, counted=True),
            Spec(MASK_WEIGHT, FLOAT),
        ]
    if reader.num_keypoints:
        found += [Spec(name, INT64 if name.endswith("visibility") else FLOAT) for name in KEYPOINTS]
        if reader.load_keypoint_depth_features:
            found += [Spec(name, FLOAT, counted=True) for name in KEYPOINT_DEPTHS]
    if reader.load_multiclass_scores:
        found.append(Spec(SCORES, FLOAT))
    if reader.load_context_features:
        found += [
            Spec(CONTEXT, FLOAT),
            Spec(CONTEXT_LENGTH, INT64, 1, required=True),
        ]
    if reader.num_additional_channels > 0:
        found.append(Spec(CHANNELS, BYTES, reader.num_additional_channels, required=True))
    if reader.load_dense_pose:
        found += [Spec(DENSE_POINTS, INT64), Spec(DENSE_PARTS, INT64, counted=True)]
        found += [Spec(name, FLOAT) for name in DENSE_COORDINATES]
    if reader.load_track_id:
        found.append(Spec("image/object/track/label", INT64, counted=True))
    return tuple(found)


def uses_png_masks(reader: InputReader) -> bool:
    """Whether masks are PNGs; else they are numbers."""
    return reader.mask_type == types.InstanceMaskType.PNG_MASKS
