"""Records as columns, the input of the checks."""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, wraps
from typing import Any, NamedTuple, TypeVar, cast

import google_crc32c
import numpy as np
from numpy.typing import NDArray

from detector_trainer.records import wire
from detector_trainer.records.appearance import Appearance, ImageQuality
from detector_trainer.records.columns import Column, read_column
from detector_trainer.records.example import Cut, NotAnExample, cut, is_sequence_example, usual_form
from detector_trainer.records.framing import Payload
from detector_trainer.records.image import MISSING, Fact, State, inspect
from detector_trainer.records.schema import BYTES, FORMAT, IMAGE, SIDES, FeatureSpec

Settings = TypeVar("Settings")
Answer = TypeVar("Answer")
MAX_RECORDS = 4096
MAX_BYTES = 1 << 24
"""A chunk is full when it has so many records, or so many bytes without the images."""


@dataclass
class Chunk:
    """Some consecutive records of a file."""

    file: str
    first: int
    """Index of the first record in its file."""
    size: int
    columns: dict[str, Column]
    wrong_kinds: list[tuple[int, str, int, int]]
    """Record in the chunk, feature, its kind, the expected kind."""
    wrong_counts: list[tuple[int, str, int, int]]
    """Record in the chunk, feature, its number of values, the expected number."""
    not_examples: list[int]
    """Records in the chunk that are not a tf.train.Example."""
    sequence_examples: list[int]
    """Records in the chunk that are a tf.train.SequenceExample."""
    other_names: list[bytes]
    """Names of features that the trainer does not read, of some of the records."""
    faults: dict[int, Fact]
    """Problems of images by record, in order; valid images are left out."""
    image_sizes: NDArray[np.int32]
    """int32 of shape [records, 2]: height and width in pixels; 0 where unknown."""
    appearance: Appearance
    image_hashes: NDArray[np.uint64]
    """uint64 of shape [records]: size and CRC32C of the image, 0 where there is none. Empty if images are not hashed."""
    facts: dict[object, object] = field(default_factory=dict)
    """Results of functions that are `computed_once`."""
    _edges: dict[str, list[int]] = field(default_factory=dict)
    """By feature, the offsets of the values of each record, and the end of the last."""

    @cached_property
    def parsed(self) -> NDArray[np.bool_]:
        """bool of shape [records]: the trainer's parser accepts the record. Problems of other records have been reported."""
        parsed = np.ones(self.size, bool)
        parsed[self.not_examples] = False
        parsed[[index for index, *_ in self.wrong_kinds]] = False
        parsed[[index for index, *_ in self.wrong_counts]] = False
        return parsed

    @cached_property
    def _boxes(self) -> Boxes:
        return _boxes(self)

    def boxes(self) -> Boxes:
        """Return the boxes of all records whose four sides have equal lengths; computed once."""
        return self._boxes

    def lengths(self, name: str) -> NDArray[np.int64]:
        """Return the number of values of a feature per record, 0 where it is missing: int64 of shape [records]."""
        lengths: NDArray[np.int64] = np.maximum(self.columns[name].lengths, 0)
        return lengths

    def values(self, name: str, index: int) -> Any:
        """Return the values of a feature of one record: an array, or a list of bytes; empty if it is missing."""
        edges = self._edges.get(name)
        if edges is None:
            edges = self._edges[name] = np.concatenate([[0], np.cumsum(self.lengths(name))]).tolist()
        return self.columns[name].values[edges[index] : edges[index + 1]]

    def faulty(self, state: State) -> list[tuple[int, str]]:
        """Yield index in the file and problem of the parsed records whose image has this state."""
        return [
            (self.first + index, fact.detail) for index, fact in self.faults.items() if fact.state is state and self.parsed[index]
        ]


def computed_once(work_out: Callable[[Chunk, Settings], Answer]) -> Callable[[Chunk, Settings], Answer]:
    """Cache a function of a chunk and the reader's settings in the chunk, for all checks that call it."""

    @wraps(work_out)
    def fact(chunk: Chunk, settings: Settings) -> Answer:
        if work_out not in chunk.facts:
            chunk.facts[work_out] = work_out(chunk, settings)
        return cast(Answer, chunk.facts[work_out])

    return fact


@dataclass(frozen=True)
class Boxes:
    """The boxes of a chunk, one record after the other."""

    record: NDArray[np.int64]
    """int64 of shape [boxes]: index of the box's record in the chunk."""
    number: NDArray[np.int64]
    """int64 of shape [boxes]: index of the box in its record."""
    sides: NDArray[np.float32]
    """float32 of shape [4, boxes]: ymin, xmin, ymax, xmax, normalized to [0, 1]."""
    usable: NDArray[np.bool_]
    """bool of shape [records]: the four sides have equal lengths."""
    counts: NDArray[np.int64]
    """int64 of shape [records]: boxes; 0 where not usable."""


class _Removed(NamedTuple):
    """The image that was removed from a record."""

    after: int
    """Bytes of the record before the image."""
    head: bytearray
    image_size: int


@dataclass
class ChunkBuilder:
    """Collects records into chunks."""

    file: str
    schema: tuple[FeatureSpec, ...]
    decoding: bool
    every_png: bool = False
    hashing: bool = False
    _first: int = 0
    _data: bytearray = field(default_factory=bytearray)
    """The bytes of all records, without their images."""
    _edges: list[int] = field(default_factory=lambda: [0])
    _removed: list[_Removed | None] = field(default_factory=list)
    _one_image: list[bool] = field(default_factory=list)
    """Per record, whether its only image was removed from the data."""
    _faults: dict[int, Fact] = field(default_factory=dict)
    _sizes: list[tuple[int, int]] = field(default_factory=list)
    _not_examples: list[int] = field(default_factory=list)
    _sequence_examples: list[int] = field(default_factory=list)
    _looks: ImageQuality = field(default_factory=ImageQuality)
    _hashes: array[int] = field(default_factory=lambda: array("Q"))

    def __post_init__(self) -> None:
        names = [spec.name.encode() for spec in self.schema]
        self._wanted = frozenset(names)
        self._names = wire.Names(names)
        self._image = names.index(IMAGE.encode())

    def __len__(self) -> int:
        """Return the number of collected records."""
        return len(self._sizes)

    @property
    def full(self) -> bool:
        """Whether enough records for a chunk are collected."""
        return len(self._sizes) >= MAX_RECORDS or len(self._data) >= MAX_BYTES

    def add(self, payload: Payload) -> None:
        """Add a record; its image is checked and removed."""
        buffer, start, stop = payload.buffer, payload.start, payload.stop
        places = cut(buffer, start, stop)
        if places is None:
            self._add_unusual(bytes(buffer[start:stop]))
            return
        if self.hashing:
            self._hashes.append(places.end - places.image << 32 | google_crc32c.value(payload.frozen[places.image : places.end]))
        self._keep(buffer, places, stop)
        self._look_at(memoryview(buffer)[places.image : places.end])

    def _keep(self, buffer: bytearray, places: Cut, stop: int) -> None:
        body, entry, image, end = places
        self._data += buffer[body:entry] + buffer[end:stop]
        self._edges.append(len(self._data))
        self._removed.append(_Removed(entry - body, buffer[entry:image], end - image))
        self._one_image.append(True)

    def _add_unusual(self, payload: bytes) -> None:
        if self.hashing:
            self._hashes.append(0)
        image = None
        try:
            usual, image = usual_form(payload, self._wanted, whole=True)
        except NotAnExample:
            self._not_examples.append(len(self))
        else:
            self._data += usual
            if not image and is_sequence_example(payload):
                self._sequence_examples.append(len(self))
        self._edges.append(len(self._data))
        self._removed.append(None)
        self._one_image.append(image is not None)
        self._look_at(memoryview(image or b""))

    def _look_at(self, image: memoryview) -> None:
        fact = self._inspect(len(self), image)
        if fact.state is not State.SOUND:
            self._faults[len(self)] = fact
        self._sizes.append((fact.height, fact.width))

    def _inspect(self, index: int, image: memoryview) -> Fact:
        def see(picture: NDArray[np.uint8]) -> None:
            self._looks.add(index, picture)

        return inspect(image, decoding=self.decoding, see=see, every_png=self.every_png)

    def chunk(self) -> Chunk:
        """Return the collected records as a chunk, and start again."""
        columns, unusual, others = self._read()
        if unusual.any():
            self._make_usual(unusual)
            columns, unusual, others = self._read()
            self._not_examples = sorted({*self._not_examples, *np.flatnonzero(unusual).tolist()})
        chunk = Chunk(
            self.file,
            self._first,
            len(self),
            columns,
            _wrong_kinds(self.schema, columns),
            _wrong_counts(self.schema, columns),
            self._not_examples,
            self._sequence_examples,
            others,
            _with_formats(self._faults, columns[FORMAT], columns[IMAGE]),
            np.array(self._sizes, np.int32).reshape(-1, 2),
            self._looks.finish(len(self)),
            np.array(self._hashes, np.uint64),
        )
        self._first += len(self)
        self._data, self._edges, self._removed, self._one_image, self._sizes = bytearray(), [0], [], [], []
        self._faults, self._not_examples, self._sequence_examples, self._hashes = {}, [], [], array("Q")
        return chunk

    def _read(self) -> tuple[dict[str, Column], NDArray[np.bool_], list[bytes]]:
        """Decode the columns; also return which records have an unusual encoding, and other feature names."""
        data = np.frombuffer(self._data + bytes(wire.PADDING), np.uint8)
        edges = np.array(self._edges)
        places = wire.find_features(data, edges[:-1], edges[1:], self._names)
        columns, unusual = {}, places.unusual
        for number, spec in enumerate(self.schema):
            columns[spec.name], strange = read_column(data, places.begin[number], places.end[number], spec)
            unusual |= strange
        removed = np.array(self._one_image, bool)
        unusual |= removed & (places.begin[self._image] >= 0)  # a second one
        columns[IMAGE].lengths[removed] = 1
        return columns, unusual, places.others

    def _make_usual(self, unusual: NDArray[np.bool_]) -> None:
        """Parse records with an unusual encoding with upb."""
        old, edges = self._data, self._edges
        self._data, self._edges = bytearray(), [0]
        for index, strange in enumerate(unusual):
            record = bytes(old[edges[index] : edges[index + 1]])
            if strange:
                record = self._usual(index, record)
            self._data += record
            self._edges.append(len(self._data))

    def _usual(self, index: int, record: bytes) -> bytes:
        removed = self._removed[index]
        stand_in = None
        if removed is not None:  # the removed bytes may have been part of something else, or not the last image
            stand_in = (_STAND_IN * (removed.image_size // len(_STAND_IN) + 1))[: removed.image_size]
            record = record[: removed.after] + removed.head + stand_in + record[removed.after :]
        try:
            usual, image = usual_form(record, self._wanted, whole=False)
        except NotAnExample:
            self._not_examples.append(index)
            self._one_image[index] = False
            return b""
        self._one_image[index] = image is not None
        if removed is not None and image != stand_in:
            self._look_again(index, image or b"")
        return usual

    def _look_again(self, index: int, image: bytes) -> None:
        fact = self._inspect(index, memoryview(image))
        self._faults[index] = fact
        if fact.state is State.SOUND:
            del self._faults[index]
        self._sizes[index] = (fact.height, fact.width)


def _wrong_kinds(schema: tuple[FeatureSpec, ...], columns: dict[str, Column]) -> list[tuple[int, str, int, int]]:
    found = [(index, spec.name, kind, spec.kind) for spec in schema for index, kind in columns[spec.name].wrong_kinds]
    return sorted(found, key=lambda hit: hit[0])


def _wrong_counts(schema: tuple[FeatureSpec, ...], columns: dict[str, Column]) -> list[tuple[int, str, int, int]]:
    found = []
    for spec in schema:
        if spec.count is not None:
            lengths = columns[spec.name].lengths
            bad = lengths != spec.count if spec.required else (lengths >= 0) & (lengths != spec.count)
            found += [(int(i), spec.name, max(0, int(lengths[i])), spec.count) for i in np.flatnonzero(bad)]
    return sorted(found, key=lambda hit: hit[0])


def _with_formats(faults: dict[int, Fact], formats: Column, images: Column) -> dict[int, Fact]:
    """Return the faults, including those because of image/format, which takes precedence (tf_slim's tfexample_decoder.Image)."""
    if any(name in RAW for name in formats.values):
        lengths = np.maximum(formats.lengths, 0)
        begin = np.cumsum(lengths) - lengths
        for index in np.flatnonzero((lengths == 1) & (images.lengths == 1)).tolist():
            if formats.values[begin[index]] in RAW and faults.get(index) is not MISSING:
                faults[index] = Fact(State.FOUR_DIMENSIONAL, "image/format is `raw`")
    return dict(sorted(faults.items()))


RAW = (b"raw", b"RAW")
_STAND_IN = b"an image was here"


def _boxes(chunk: Chunk) -> Boxes:
    lengths = np.stack([chunk.lengths(side) for side in SIDES])
    usable = (lengths == lengths[0]).all(axis=0)
    counts = np.where(usable, lengths[0], 0)
    sides = np.stack([_only(chunk.columns[side].values, lengths[row], usable) for row, side in enumerate(SIDES)])
    record = np.repeat(np.arange(chunk.size), counts)
    return Boxes(record, wire.within(counts), sides, usable, counts)


def _only(values: NDArray[np.float32], lengths: NDArray[np.int64], records: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the values of some of the records."""
    return values if records.all() else values[np.repeat(records, lengths)]


def values_of(chunk: Chunk, name: str, records: NDArray[np.bool_]) -> Any:
    """Return the values of a feature for some records. Args: which bool[records]. Returns an array, or a list of bytes."""
    column = chunk.columns[name]
    lengths = chunk.lengths(name)
    keep = np.repeat(records, lengths)
    if column.kind == BYTES:
        return [value for value, kept in zip(column.values, keep, strict=True) if kept]
    return column.values[keep]
