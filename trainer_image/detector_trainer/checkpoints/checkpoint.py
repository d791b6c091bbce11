"""Reads a TensorFlow 2 checkpoint without TensorFlow.

PREFIX.index is a table of the LevelDB format (tensorflow/core/lib/io/table.cc) from tensor names to BundleEntryProto, and
PREFIX.data-NNNNN-of-MMMMM holds the tensors' bytes (tensorflow/core/util/tensor_bundle). The object graph, a TrackableObjectGraph
proto, is itself a string tensor in it.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import google_crc32c
from google.protobuf.message import DecodeError

from detector_trainer.pipeline.sniff import HINTS, SNIFFED_BYTES, detect_file_type
from detector_trainer.pipeline.text_file import read_bytes, regular_size
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.protos import types

if TYPE_CHECKING:
    from detector_trainer.protos.types import BundleEntryProto, TrackableObjectGraph

OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
STEP = "step/.ATTRIBUTES/VARIABLE_VALUE"
MAGIC = 0xDB4775248B80FB57
FOOTER = 48
MAX_INDEX_BYTES = 64 << 20
MAX_KEY_BYTES = 4096
MAX_KEYS_BYTES = MAX_INDEX_BYTES
"""Bytes of all names together: names share prefixes, so that a small index could expand to gigabytes."""
MAX_TENSORS = 200_000
MAX_SHARDS = 10_000
MAX_STATE_BYTES = 64 << 20
"""Bytes of the file `checkpoint` of a model directory. It lists the newest checkpoint first."""
STATE_HEAD_BYTES = 1 << 20
MAX_GRAPH_BYTES = 16 << 20
"""Bytes of the serialized object graph: those of detection models have some hundred kilobytes."""
STATE_FILE = "checkpoint"
STRING, INT64 = 7, 9  # tensorflow/core/framework/types.proto
# Bytes of an element, by DataType: float, double, int32, uint8, int16, int8, int64, bool, bfloat16, half, uint32, uint64.
_SIZES = {1: 4, 2: 8, 3: 4, 4: 1, 5: 2, 6: 1, 9: 8, 10: 1, 14: 2, 19: 2, 22: 4, 23: 8}
MAX_STRING_BYTES = 256 << 20
_BLOCK = 1 << 20
STRINGS_AT_ONCE = 1 << 14


@dataclass(frozen=True)
class Checkpoint:
    """The index of a checkpoint."""

    prefix: str
    shards: int
    entries: dict[str, BundleEntryProto]
    """By the name of the tensor."""

    @property
    def is_object_based(self) -> bool:
        """Whether it has an object graph, as TF2 writes it and the trainer requires. TF1's Saver writes none."""
        return OBJECT_GRAPH in self.entries

    @cached_property
    def object_graph(self) -> TrackableObjectGraph:
        """The object graph of an object-based checkpoint.

        Raises:
            Unreadable: the data file is missing or damaged, or its content is not an object graph.
        """
        entry = self.entries[OBJECT_GRAPH]
        graph: TrackableObjectGraph | None = None
        with suppress(DecodeError, IndexError, _NotATable):
            if entry.size > MAX_GRAPH_BYTES:
                raise _NotATable
            graph = types.TrackableObjectGraph.FromString(self.string(OBJECT_GRAPH))
        if graph is None or not all(0 <= child.node_id < len(graph.nodes) for node in graph.nodes for child in node.children):
            path = self.shard_path(entry.shard_id)
            raise Unreadable(path, "corrupt", "is damaged: the object graph in it cannot be read", COPY_AGAIN)
        return graph

    @cached_property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shapes of the tensors by name."""
        return {name: tuple(dim.size for dim in entry.shape.dim) for name, entry in self.entries.items()}

    @cached_property
    def roots(self) -> frozenset[str]:
        """Names of the objects at the root of the object graph, for example model, optimizer, step, save_counter.

        Raises:
            Unreadable: the data file is missing or damaged.
        """
        nodes = self.object_graph.nodes
        return frozenset(child.local_name for child in nodes[0].children) if nodes else frozenset()

    @cached_property
    def step(self) -> int | None:
        """The training step it was saved at; None if it has no step.

        Raises:
            Unreadable: the data file is missing or damaged.
        """
        entry = self.entries.get(STEP)
        if entry is None or entry.dtype != INT64 or entry.size != 8:
            return None
        return int(struct.unpack("<q", self._bytes(STEP))[0])

    def string(self, name: str) -> bytes:
        """Read a scalar string tensor: its length as a varint, the checksum of the length (4 bytes), then the bytes."""
        data = self._bytes(name)
        length, start = _varint(data, 0)
        return data[start + 4 : start + 4 + length]

    def shard_path(self, shard: int) -> str:
        """Return the path of a data file."""
        return f"{self.prefix}.data-{shard:05d}-of-{self.shards:05d}"

    def verify(self) -> None:
        """Read every tensor and compare its checksum; takes 0.1 s for 100 MB in the page cache.

        Raises:
            Unreadable: a data file is missing or too short, or a tensor's bytes are damaged.
        """
        for _, problem in self.damaged():
            raise problem

    def damaged(self) -> Iterator[tuple[str, Unreadable]]:
        """Read every tensor, in the order of the files; yield the names of tensors that cannot be restored, and why."""
        by_place = sorted(self.entries.items(), key=lambda pair: (pair[1].shard_id, pair[1].offset))
        for shard, group in groupby(by_place, key=lambda pair: pair[1].shard_id):
            path, entries = self.shard_path(shard), list(group)
            try:
                size = regular_size(path, "checkpoint's data file")
                with Path(path).open("rb") as file:
                    yield from _damaged(file, size, path, entries)
            except Unreadable as problem:  # of the whole file
                yield from ((name, problem) for name, _ in entries)
            except OSError as error:
                yield from ((name, _unreadable(path, error)) for name, _ in entries)

    def _bytes(self, name: str) -> bytes:
        entry = self.entries[name]
        path = self.shard_path(entry.shard_id)
        size = regular_size(path, "checkpoint's data file")
        if (problem := _misplaced(path, size, name, entry)) is not None:
            raise problem
        if entry.size > MAX_STRING_BYTES:
            raise Unreadable(path, "corrupt", f"has a string of {entry.size:,} bytes", COPY_AGAIN)
        try:
            with Path(path).open("rb") as file:
                file.seek(entry.offset)
                return file.read(entry.size)
        except OSError as error:
            raise _unreadable(path, error) from None


def _damaged(
    file: BinaryIO, size: int, path: str, entries: Iterable[tuple[str, BundleEntryProto]]
) -> Iterator[tuple[str, Unreadable]]:
    for name, entry in entries:
        if (problem := _misplaced(path, size, name, entry)) is not None:
            yield name, problem
            continue
        expected = _SIZES.get(entry.dtype) if not entry.slices else None  # the parts have entries of their own
        if expected is not None and entry.size != expected * prod(dim.size for dim in entry.shape.dim):
            words = f"is damaged: the size of tensor {name} does not fit its shape"
            yield name, Unreadable(path, "corrupt", words, COPY_AGAIN)
            continue
        if entry.dtype == STRING and entry.size > MAX_STRING_BYTES:
            continue  # held in memory to be checked
        file.seek(entry.offset)
        if _masked(_crc(file, entry)) != entry.crc32c:
            words = f"is damaged: the checksum of tensor {name} does not match"
            yield name, Unreadable(path, "corrupt", words, COPY_AGAIN)


def _crc(file: BinaryIO, entry: BundleEntryProto) -> int:
    """Compute the CRC32C of a tensor's bytes; the lengths of strings enter it as fixed-width numbers, not as varints."""
    left, crc = entry.size, 0
    if entry.dtype == STRING:
        data, at = file.read(left), 0
        try:
            for lengths, behind in string_lengths(data, prod(dim.size for dim in entry.shape.dim)):
                crc, at = google_crc32c.extend(crc, lengths), behind
        except (IndexError, _NotATable):
            return -1
        return int(google_crc32c.extend(crc, data[at:]))
    while left and (piece := file.read(min(left, _BLOCK))):
        crc = google_crc32c.extend(crc, piece)
        left -= len(piece)
    return crc


def string_lengths(data: bytes, count: int) -> Iterator[tuple[bytes, int]]:
    """Decode the lengths of the strings of a tensor, varints before the strings, into the numbers that the checksum covers.

    Yields:
        Some lengths at a time (uint32 or uint64, little-endian), and the position after the last.
    """
    at = 0
    for first in range(0, count, STRINGS_AT_ONCE):
        lengths = bytearray()
        for _ in range(min(STRINGS_AT_ONCE, count - first)):
            length, at = _varint(data, at)
            lengths += struct.pack("<I" if length < 1 << 32 else "<Q", length)
        yield bytes(lengths), at


def _misplaced(path: str, size: int, name: str, entry: BundleEntryProto) -> Unreadable | None:
    end = entry.offset + entry.size
    if entry.offset < 0 or entry.size < 0:
        return Unreadable(path, "corrupt", f"has no place for tensor {name}: the index is damaged", COPY_AGAIN)
    if end > size:
        words = f"is cut off: it has {size:,} bytes, and tensor {name} ends at byte {end:,}"
        return Unreadable(path, "truncated", words, COPY_AGAIN)
    return None


def _unreadable(path: str, error: OSError) -> Unreadable:
    return Unreadable(path, "unreadable", f"cannot be read: {error.strerror}", "Check its storage.")


COPY_AGAIN = "Copy or download the checkpoint again: the .index and every .data file."


def read_checkpoint(prefix: str) -> Checkpoint:
    """Read the index of the checkpoint with this prefix (`/models/pets/ckpt-3`).

    Raises:
        Unreadable: the index does not exist (kind `missing`), or is not a checkpoint's index.
    """
    path = f"{prefix}.index"
    data = read_bytes(path, "checkpoint's index", MAX_INDEX_BYTES)
    found = detect_file_type(data[:SNIFFED_BYTES])
    if found:
        raise Unreadable(path, found[0], f"is {found[1]}", HINTS.get(found[0], COPY_AGAIN))
    try:
        entries = _entries(data)
        header = types.BundleHeaderProto.FromString(entries.pop(b""))
        parsed = {key.decode(): types.BundleEntryProto.FromString(value) for key, value in entries.items()}
        if not 0 <= header.num_shards <= MAX_SHARDS:
            raise _NotATable("its number of data files makes no sense")
    except Exception as error:  # noqa: BLE001 - whatever the bytes are, they are not an index
        detail = str(error) if isinstance(error, _NotATable) else "its entries cannot be read"
        raise Unreadable(path, "not-an-index", f"is not a checkpoint's index: {detail}", COPY_AGAIN) from None
    return Checkpoint(prefix, header.num_shards, parsed)


@dataclass(frozen=True)
class LatestCheckpoint:
    """The checkpoint that the `checkpoint` file of a model directory names."""

    named: str
    """The prefix as written in it."""
    prefix: str
    """The same, resolved against the directory."""


def latest_checkpoint(model_dir: str) -> LatestCheckpoint | None:
    """Find the checkpoint as tf.train.latest_checkpoint does: `model_checkpoint_path` of the `checkpoint` file; None without one.

    Raises:
        Unreadable: the file is not a regular file, too large, or cannot be read.
    """
    path = f"{model_dir}/{STATE_FILE}"
    try:
        text = read_bytes(path, "checkpoint state file", MAX_STATE_BYTES, STATE_HEAD_BYTES).decode("utf-8", "replace")
    except Unreadable as problem:
        if problem.kind in ("missing", "broken-link", "empty"):
            return None
        raise
    match = re.search(r'^model_checkpoint_path:[ \t]*"((?:[^"\\\n]|\\.)*)"', text, re.MULTILINE)
    if match is None:
        return None
    named = re.sub(r"\\(.)", r"\1", match[1])
    return LatestCheckpoint(named, named if named.startswith("/") else str(Path(model_dir) / named))


class _NotATable(Exception):
    pass


def _entries(data: bytes) -> dict[bytes, bytes]:
    """Read the table into a dictionary, of at most MAX_TENSORS entries and MAX_KEYS_BYTES bytes of names."""
    entries: dict[bytes, bytes] = {}
    size = 0
    for number, (key, value) in enumerate(_table(data)):
        entries[key] = value
        size += len(key)
        if number > MAX_TENSORS or size > MAX_KEYS_BYTES:
            raise _NotATable("it names more tensors than a checkpoint has")
    return entries


def _table(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield keys and values of a table, in order."""
    if len(data) < FOOTER or struct.unpack("<Q", data[-8:])[0] != MAGIC:
        raise _NotATable("it does not end with the magic number of a table")
    position = len(data) - FOOTER
    _, position = _varint(data, position)  # the metaindex
    _, position = _varint(data, position)
    offset, position = _varint(data, position)
    size, _ = _varint(data, position)
    left = len(data)
    for _, handle in _block(data, offset, size):
        block_offset, at = _varint(handle, 0)
        block_size, _ = _varint(handle, at)
        left -= block_size
        if left < 0:
            raise _NotATable("its blocks overlap")
        yield from _block(data, block_offset, block_size)


def _block(data: bytes, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield the entries of a block; keys are stored without the prefix that they share with the previous key."""
    end = offset + size
    if end + 5 > len(data):
        raise _NotATable("a block ends beyond the end of the file")
    kind, crc = data[end], struct.unpack("<I", data[end + 1 : end + 5])[0]
    if _masked(google_crc32c.value(data[offset : end + 1])) != crc:
        raise _NotATable("the checksum of a block does not match")
    if kind != 0:
        raise _NotATable("a block is compressed, which TensorFlow does not do")
    (restarts,) = struct.unpack("<I", data[end - 4 : end])
    limit = end - 4 - 4 * restarts
    key, position = b"", offset
    while position < limit:
        shared, position = _varint(data, position)
        fresh, position = _varint(data, position)
        length, position = _varint(data, position)
        key = key[:shared] + data[position : position + fresh]
        if len(key) > MAX_KEY_BYTES:
            raise _NotATable("a name in it is too long")
        position += fresh
        yield key, data[position : position + length]
        position += length


def _varint(data: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
        if shift > 63:
            raise _NotATable("a number in it is too long")


def _masked(crc: int) -> int:
    """Mask a CRC32C as TensorFlow stores it (tensorflow/core/lib/hash/crc32c.h)."""
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
