"""Checkpoint indexes with any entries: tables of the LevelDB format."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from typing import Any

import google_crc32c

from detector_trainer.protos import message_class

MAGIC = 0xDB4775248B80FB57


def varint(value: int) -> bytes:
    """A number as protobuf and LevelDB write it."""
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def block(entries: Iterable[tuple[int, bytes, bytes]]) -> bytes:
    """A block of entries: bytes shared with the key before, the rest of the key, the value."""
    body = b"".join(varint(shared) + varint(len(rest)) + varint(len(value)) + rest + value for shared, rest, value in entries)
    return body + struct.pack("<II", 0, 1)


def table(blocks: Sequence[bytes], repeat: int = 1) -> bytes:
    """A table of data blocks, each of them named so many times."""
    out, handles = b"", []
    for data in blocks:
        handles += [varint(len(out)) + varint(len(data))] * repeat
        out += _closed(data)
    index = block((0, b"k", handle) for handle in handles)
    at = len(out)
    out += _closed(index)
    footer = varint(0) + varint(0) + varint(at) + varint(len(index))
    return out + footer.ljust(40, b"\x00") + struct.pack("<Q", MAGIC)


def header(shards: int = 1) -> tuple[int, bytes, bytes]:
    """The first entry of an index."""
    proto: Any = message_class("tensorflow.BundleHeaderProto")
    return 0, b"", proto(num_shards=shards).SerializeToString()


def strings(values: Sequence[bytes]) -> tuple[bytes, int]:
    """A string tensor as it is in a data file, and its checksum without the mask."""
    lengths = b"".join(map(varint, map(len, values)))
    numbers = b"".join(struct.pack("<I", len(value)) for value in values)
    crc_of_lengths = struct.pack("<I", _masked(google_crc32c.value(numbers)))
    data = crc_of_lengths + b"".join(values)
    return lengths + data, google_crc32c.extend(google_crc32c.value(numbers), data)


def _closed(data: bytes) -> bytes:
    return data + b"\x00" + struct.pack("<I", _masked(google_crc32c.value(data + b"\x00")))


def _masked(crc: int) -> int:
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
