"""Records as columns: what the checks see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from detector_trainer.validation.scan.example import IMAGE, NotAnExample, split
from detector_trainer.validation.scan.image import Fact, inspect

BYTES, FLOAT, INT64 = 1, 2, 3
KINDS = {"bytes_list": BYTES, "float_list": FLOAT, "int64_list": INT64}
KIND_NAMES = {BYTES: "bytes", FLOAT: "float", INT64: "int64"}
SIDES = ("image/object/bbox/ymin", "image/object/bbox/xmin", "image/object/bbox/ymax", "image/object/bbox/xmax")
LABEL, TEXT = "image/object/class/label", "image/object/class/text"

# What data_decoders/tf_example_decoder.py parses, and the kind it insists on. A scalar must have exactly one value.
SCALARS = {
    "image/encoded": BYTES,
    "image/format": BYTES,
    "image/filename": BYTES,
    "image/key/sha256": BYTES,
    "image/source_id": BYTES,
    "image/height": INT64,
    "image/width": INT64,
}
LISTS = {
    **dict.fromkeys(SIDES, FLOAT),
    LABEL: INT64,
    TEXT: BYTES,
    "image/object/area": FLOAT,
    "image/object/is_crowd": INT64,
    "image/object/difficult": INT64,
    "image/object/group_of": INT64,
    "image/object/weight": FLOAT,
    "image/class/text": BYTES,
    "image/class/label": INT64,
    "image/class/confidence": FLOAT,
    "image/neg_category_ids": INT64,
    "image/not_exhaustive_category_ids": INT64,
}
MASK = "image/object/mask"
KEYPOINTS = {"image/object/keypoint/x": FLOAT, "image/object/keypoint/y": FLOAT, "image/object/keypoint/visibility": INT64}

ABSENT = -1
_NO_VALUES: list[Any] = []


@dataclass
class Column:
    """One feature over the records of a chunk."""

    kind: int
    lengths: np.ndarray
    """int32 of shape [records]; ABSENT where the feature is missing or of another kind."""
    values: Any
    """All values, one record after the other: a numpy array, or a list of bytes."""


@dataclass
class Chunk:
    """Some consecutive records of a file."""

    file: str
    first: int
    """Index of the first record in its file."""
    size: int
    columns: dict[str, Column]
    wrong_kinds: list[tuple[int, str, int, int]]
    """Record in the chunk, feature, kind it has, kind it should have."""
    wrong_counts: list[tuple[int, str, int]]
    """Record in the chunk, scalar feature, how many values it has."""
    not_examples: list[int]
    """Records in the chunk that are no tf.train.Example."""
    names: set[bytes]
    """Every feature name that occurs."""
    images: list[Fact]
    """One for each record."""

    @property
    def parsed(self) -> np.ndarray:
        """bool of shape [records]: the trainer's parser takes the record. What is wrong with others has been said."""
        parsed = np.ones(self.size, bool)
        parsed[self.not_examples] = False
        parsed[[index for index, *_ in self.wrong_kinds]] = False
        parsed[[index for index, *_ in self.wrong_counts]] = False
        return parsed

    def boxes(self) -> Boxes:
        """The boxes of all records whose four sides have equal lengths; worked out once."""
        if self._boxes is None:
            self._boxes = _boxes(self)
        return self._boxes

    _boxes: Boxes | None = None

    def lengths(self, name: str) -> np.ndarray:
        """Values a record has of a feature, 0 where it is missing. int32 of shape [records]."""
        lengths: np.ndarray = np.maximum(self.columns[name].lengths, 0)
        return lengths


@dataclass(frozen=True)
class Boxes:
    """The boxes of a chunk, one record after the other."""

    record: np.ndarray
    """int64 of shape [boxes]: index of the box's record in the chunk."""
    number: np.ndarray
    """int64 of shape [boxes]: index of the box in its record."""
    sides: np.ndarray
    """float32 of shape [4, boxes]: ymin, xmin, ymax, xmax, normalized to [0, 1]."""
    usable: np.ndarray
    """bool of shape [records]: the four sides have equal lengths."""
    counts: np.ndarray
    """int32 of shape [records]: boxes; 0 where not usable."""


class Builder:
    """Collects records into chunks."""

    def __init__(self, file: str, *, masks: str, keypoints: bool, decoding: bool) -> None:
        self._file = file
        self._decoding = decoding
        wanted = dict(LISTS)
        if masks:
            wanted[MASK] = BYTES if masks == "png" else FLOAT
        if keypoints:
            wanted |= KEYPOINTS
        self._lists = [(name, name.encode(), kind) for name, kind in wanted.items()]
        self._scalars = [(name, name.encode(), kind) for name, kind in SCALARS.items()]
        self._first = 0
        self._reset()

    def _reset(self) -> None:
        self._size = 0
        self._lengths: dict[str, list[int]] = {name: [] for name, _, _ in (*self._lists, *self._scalars)}
        self._values: dict[str, list[Any]] = {name: [] for name, _, _ in (*self._lists, *self._scalars)}
        self._wrong_kinds: list[tuple[int, str, int, int]] = []
        self._wrong_counts: list[tuple[int, str, int]] = []
        self._not_examples: list[int] = []
        self._names: set[bytes] = set()
        self._images: list[Fact] = []

    def __len__(self) -> int:
        """Records collected."""
        return self._size

    def add(self, payload: memoryview) -> memoryview | bytes | None:
        """Takes a record apart and looks at its image; returns the image's bytes, valid as long as the payload is."""
        index = self._size
        self._size += 1
        try:
            features, image = split(payload)
        except NotAnExample:
            self._not_examples.append(index)
            features, image = {}, None
        self._names.update(features)
        for name, key, kind in self._lists:
            values = self._take(index, features.get(key), name, kind)
            if values is None:
                self._lengths[name].append(ABSENT)
            else:
                self._lengths[name].append(len(values))
                self._values[name].extend(values)
        for name, key, kind in self._scalars:
            if key == IMAGE and image is not None:
                values = [b""]
            else:
                values = self._take(index, features.get(key), name, kind)
                if values is not None and len(values) != 1:
                    self._wrong_counts.append((index, name, len(values)))
                    values = None
                if key == IMAGE and values:
                    image, values = values[0], [b""]
            self._lengths[name].append(ABSENT if values is None else 1)
            self._values[name].extend(_NO_VALUES if values is None else values)
        has_format = self._lengths["image/format"][-1] == 1
        named = self._values["image/format"][-1] if has_format else b"jpeg"
        self._images.append(inspect(image, named, decoding=self._decoding))
        return image

    def _take(self, index: int, feature: Any, name: str, kind: int) -> Any:
        """The values of a feature; None where it is missing or of another kind."""
        if feature is None:
            return None
        which = feature.WhichOneof("kind")
        if which is None:
            return None
        has = KINDS[which]
        if has != kind:
            self._wrong_kinds.append((index, name, has, kind))
            return None
        return getattr(feature, which).value

    def chunk(self) -> Chunk:
        """What has been collected, as columns; collects anew from here on."""
        columns = {
            name: Column(kind, np.array(self._lengths[name], np.int32), _array(kind, self._values[name]))
            for name, _, kind in (*self._lists, *self._scalars)
        }
        chunk = Chunk(
            self._file,
            self._first,
            self._size,
            columns,
            self._wrong_kinds,
            self._wrong_counts,
            self._not_examples,
            self._names,
            self._images,
        )
        self._first += self._size
        self._reset()
        return chunk


def _array(kind: int, values: list[Any]) -> Any:
    if kind == BYTES:
        return values
    return np.array(values, np.float32 if kind == FLOAT else np.int64)


def _boxes(chunk: Chunk) -> Boxes:
    lengths = np.stack([chunk.lengths(side) for side in SIDES])
    usable = (lengths == lengths[0]).all(axis=0)
    counts = np.where(usable, lengths[0], 0)
    sides = np.stack([_only(chunk.columns[side].values, lengths[row], usable) for row, side in enumerate(SIDES)])
    record = np.repeat(np.arange(chunk.size), counts)
    starts = np.cumsum(counts) - counts
    number = np.arange(len(record)) - np.repeat(starts, counts)
    return Boxes(record, number, sides, usable, counts)


def _only(values: np.ndarray, lengths: np.ndarray, records: np.ndarray) -> np.ndarray:
    """The values of some of the records."""
    return values if records.all() else values[np.repeat(records, lengths)]


def values_of(chunk: Chunk, name: str, records: np.ndarray) -> Any:
    """The values of a feature for some records: bool of shape [records] in, an array or list out."""
    column = chunk.columns[name]
    lengths = chunk.lengths(name)
    keep = np.repeat(records, lengths)
    if isinstance(column.values, list):
        return [value for value, kept in zip(column.values, keep, strict=True) if kept]
    return column.values[keep]
