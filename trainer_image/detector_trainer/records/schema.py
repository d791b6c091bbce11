"""The features of a record that the trainer parses, and their types (data_decoders/tf_example_decoder.py)."""

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
class FeatureSpec:
    """One feature that the trainer parses."""

    name: str
    kind: int
    count: int | None = None
    """Number of values it must have if it is present; None for any number."""
    required: bool = False
    counted: bool = False
    """Checks need only the number of its values; the values are not kept."""


_PLAIN = (
    FeatureSpec(IMAGE, BYTES, 1, counted=True),  # its bytes are checked and dropped before
    FeatureSpec(FORMAT, BYTES, 1),
    FeatureSpec("image/filename", BYTES, 1, counted=True),
    FeatureSpec("image/key/sha256", BYTES, 1, counted=True),
    FeatureSpec(SOURCE_ID, BYTES, 1),
    FeatureSpec("image/height", INT64, 1),
    FeatureSpec("image/width", INT64, 1),
    *(FeatureSpec(side, FLOAT) for side in SIDES),
    FeatureSpec(LABEL, INT64),
    FeatureSpec(TEXT, BYTES),
    FeatureSpec("image/object/area", FLOAT, counted=True),
    FeatureSpec("image/object/is_crowd", INT64, counted=True),
    FeatureSpec("image/object/difficult", INT64, counted=True),
    FeatureSpec("image/object/group_of", INT64, counted=True),
    FeatureSpec(WEIGHT, FLOAT),
    FeatureSpec("image/class/text", BYTES),
    FeatureSpec("image/class/label", INT64),
    FeatureSpec("image/class/confidence", FLOAT, counted=True),
    FeatureSpec("image/neg_category_ids", INT64),
    FeatureSpec("image/not_exhaustive_category_ids", INT64),
)


def schema_of(reader: InputReader) -> tuple[FeatureSpec, ...]:
    """Return the features that the trainer parses for an InputReader."""
    found = list(_PLAIN)
    if reader.load_instance_masks:
        found += [
            FeatureSpec(MASK, BYTES) if uses_png_masks(reader) else FeatureSpec(MASK, FLOAT, counted=True),
            FeatureSpec(MASK_WEIGHT, FLOAT),
        ]
    if reader.num_keypoints:
        found += [FeatureSpec(name, INT64 if name.endswith("visibility") else FLOAT) for name in KEYPOINTS]
        if reader.load_keypoint_depth_features:
            found += [FeatureSpec(name, FLOAT, counted=True) for name in KEYPOINT_DEPTHS]
    if reader.load_multiclass_scores:
        found.append(FeatureSpec(SCORES, FLOAT))
    if reader.load_context_features:
        found += [
            FeatureSpec(CONTEXT, FLOAT),
            FeatureSpec(CONTEXT_LENGTH, INT64, 1, required=True),
        ]
    if reader.num_additional_channels > 0:
        found.append(FeatureSpec(CHANNELS, BYTES, reader.num_additional_channels, required=True))
    if reader.load_dense_pose:
        found += [FeatureSpec(DENSE_POINTS, INT64), FeatureSpec(DENSE_PARTS, INT64, counted=True)]
        found += [FeatureSpec(name, FLOAT) for name in DENSE_COORDINATES]
    if reader.load_track_id:
        found.append(FeatureSpec("image/object/track/label", INT64, counted=True))
    return tuple(found)


def uses_png_masks(reader: InputReader) -> bool:
    """Return whether masks are PNGs; otherwise they are numbers."""
    return reader.mask_type == types.InstanceMaskType.PNG_MASKS
