"""What the records say in plain words, and how what the trainer learns from them differs. Written without the validator's code."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf import text_format
from google.protobuf.message import DecodeError

from detector_trainer.protos import message_class

SIDES = tuple(f"image/object/bbox/{side}" for side in ("ymin", "xmin", "ymax", "xmax"))
TEXT, LABEL = "image/object/class/text", "image/object/class/label"
PER_BOX = tuple(f"image/object/{name}" for name in ("area", "is_crowd", "difficult", "group_of", "weight"))
KEYPOINTS = tuple(f"image/object/keypoint/{name}" for name in ("x", "y", "visibility"))
MASK = "image/object/mask"
SCORES = "image/object/class/multiclass_scores"
Record = dict[str, Sequence[Any]]
"""Values by the name of their feature."""


@dataclass(frozen=True)
class Labels:
    """A label map."""

    names: dict[str, list[int]]
    """The ids of each name, and of each display name that is not a name."""

    @classmethod
    def read(cls, path: str) -> Labels | None:
        """Of a file that the trainer has read; None without a path."""
        if not path:
            return None
        message: Any = message_class("object_detection.protos.StringIntLabelMap")()
        text_format.Merge(Path(path).read_text(), message)
        names: dict[str, list[int]] = {}
        for item in message.item:
            if item.name:
                names.setdefault(item.name, []).append(item.id)
        shown: dict[str, list[int]] = {}
        for item in message.item:
            if item.display_name and item.display_name not in names:
                shown.setdefault(item.display_name, []).append(item.id)
        return cls({**shown, **names})


def read_records(files: Sequence[Path]) -> list[Record]:
    """The records of files, as far as their lengths lead."""
    return [_record(payload) for file in files for payload in _payloads(file.read_bytes())]


def _payloads(data: bytes) -> Iterator[bytes]:
    at = 0
    while at + 12 <= len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        if at + 16 + length > len(data):
            return
        yield data[at + 12 : at + 12 + length]
        at += 16 + length


def _record(payload: bytes) -> Record:
    message: Any = message_class("tensorflow.Example")()
    try:
        message.ParseFromString(payload)
    except DecodeError:
        return {}
    found: Record = {}
    for name, feature in message.features.feature.items():
        kind = feature.WhichOneof("kind")
        found[name] = list(getattr(feature, kind).value) if kind else []
    return found


def what_else(
    records: list[Record], seen: list[tuple[dict[str, Any], dict[str, Any]]], labels: Labels | None, configs: dict[str, Any]
) -> Iterator[str]:
    """How what came out of the input pipeline, record by record and without augmentations, differs from what was written."""
    records = records[:: max(1, configs["train_input_config"].sample_1_of_n_examples)]
    if len(records) != len(seen):
        yield f"{len(seen)} of {len(records)} records come out"
        return
    for record, (features, truth) in zip(records, seen, strict=True):
        yield from _of_one(record, features, truth, labels, scores=configs["train_config"].use_multiclass_scores)
        yield from _of_settings(record, configs["train_input_config"])
    if not any(int(truth["num_groundtruth_boxes"]) for _, truth in seen):
        yield "not one box"
    if labels is not None:
        used = [name for record in records for name in set(_texts(record))]
        ids = [tuple(labels.names.get(name, ())) for name in sorted(set(used))]
        if len(set(ids)) < len(ids):
            yield "two classes are one"


def what_is_odd(seen: list[tuple[dict[str, Any], dict[str, Any]]], channels: int) -> Iterator[str]:
    """What no augmentation should make of valid records."""
    boxes = [truth["groundtruth_boxes"][: int(truth["num_groundtruth_boxes"])] for _, truth in seen]
    classes = [truth["groundtruth_classes"][: int(truth["num_groundtruth_boxes"])] for _, truth in seen]
    if any((learned > 1.1).any() for learned in boxes):
        yield "a box lies outside of the image"
    if not all(one_hot.any(axis=1).all() for one_hot in classes):
        yield "a box has no class"
    if any(features["image"].shape[-1] != channels for features, _ in seen):
        yield f"the images have not {channels} channels"
    if not any(len(learned) for learned in boxes):
        yield "not one box"


def _of_one(
    record: Record, features: dict[str, Any], truth: dict[str, Any], labels: Labels | None, *, scores: bool
) -> Iterator[str]:
    written = [np.array(record.get(side, ()), np.float32) for side in SIDES]
    boxes = np.stack(written, axis=1)
    count = int(truth["num_groundtruth_boxes"])
    padded = np.tile(features["image"].shape[:2] / features["true_image_shape"][:2], 2)  # boxes are of the image with its padding
    learned, one_hot = truth["groundtruth_boxes"][:count] * padded, truth["groundtruth_classes"][:count]
    if count != len(boxes):
        yield f"{count} of {len(boxes)} boxes are learned"
    elif not np.allclose(learned, boxes, atol=1e-5):
        yield "the boxes are others"
    if not np.isfinite(learned).all():
        yield "a box is not finite"
    elif (learned < 0).any() or (learned > 1.00001).any():
        yield "a box lies outside of the image"
    if (boxes[:, 2:] <= boxes[:, :2]).any():
        yield "a box has no area"
    if scores and record.get(SCORES):  # they stand for the classes
        if one_hot.size == len(record[SCORES]) and not np.allclose(one_hot.ravel(), record[SCORES], equal_nan=True):
            yield "the scores are others"
    else:
        if not one_hot.any(axis=1).all():
            yield "a box has no class"
        if count == len(boxes):
            yield from _of_classes(record, one_hot, labels)
    for name in PER_BOX:
        if len(boxes) and record.get(name) and len(record[name]) != len(boxes):
            yield f"{name} has {len(record[name])} values for {len(boxes)} boxes"
    if not np.isfinite(features["image"]).all():
        yield "the image is not finite"


def _of_classes(record: Record, one_hot: Any, labels: Labels | None) -> Iterator[str]:
    """Labels and texts are checked against each other, and against what is learned."""
    learned = [int(row.argmax()) + 1 if row.any() else 0 for row in one_hot]
    texts, numbers = _texts(record), list(record.get(LABEL, ()))
    if labels is not None and texts:
        meant = [labels.names.get(text, [0])[-1] for text in texts]
        if "" in texts:
            yield "a class/text is empty"
        if any(len(set(labels.names.get(text, ()))) > 1 for text in texts):
            yield "a name has two ids"
        if len(numbers) == len(texts) and numbers != meant:
            yield "class/label says otherwise than class/text"  # vocabulary: quoted
    else:
        meant = numbers
    if meant != learned:
        yield "the classes are others"


def has_odd_values(records: list[Record]) -> bool:
    """Whether a number besides the sides of boxes is not finite or above 1: only a step shows the effect."""
    return any(
        isinstance(value, float) and not abs(value) <= 1
        for record in records
        for name, values in record.items()
        if name not in SIDES
        for value in values
    )


def _of_settings(record: Record, settings: Any) -> Iterator[str]:
    boxes = len(record.get(SIDES[0], ()))
    if settings.num_keypoints and boxes:
        for name in KEYPOINTS:
            if record.get(name) and len(record[name]) != boxes * settings.num_keypoints:
                yield f"{name} has {len(record[name])} values for {boxes} boxes"
    if settings.load_instance_masks and boxes and settings.mask_type == 2 and len(record.get(MASK, ())) != boxes:
        yield f"{len(record.get(MASK, ()))} masks for {boxes} boxes"


def _texts(record: Record) -> list[str]:
    return [text.decode("utf-8", "replace") for text in record.get(TEXT, ())]
