"""Reads and writes the examples' TFRecord files."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import google_crc32c

from detector_trainer.protos import message_class

Example = message_class("tensorflow.Example")
Values = bytes | Sequence[bytes] | Sequence[float] | Sequence[int]


def frame(payload: bytes) -> bytes:
    """Frame one record as in a file: its length, the length's checksum, the payload, the payload's checksum."""
    length = struct.pack("<Q", len(payload))
    return length + _masked_crc(length) + payload + _masked_crc(payload)


def write(path: Path, payloads: Iterable[bytes]) -> None:
    """Writes a TFRecord file."""
    path.write_bytes(b"".join(frame(payload) for payload in payloads))


def read(path: Path) -> Iterator[bytes]:
    """Read the payloads of a valid TFRecord file."""
    data, offset = path.read_bytes(), 0
    while offset < len(data):
        (length,) = struct.unpack_from("<Q", data, offset)
        yield data[offset + 12 : offset + 12 + length]
        offset += length + 16


def example(features: Mapping[str, Values]) -> bytes:
    """Serialize a tf.train.Example: bytes, floats or ints by the type of the first value. Deterministic."""
    message: Any = Example()
    for name, values in features.items():
        listed: list[Any] = [values] if isinstance(values, bytes) else list(values)
        feature = message.features.feature[name]
        kind = {bytes: feature.bytes_list, float: feature.float_list, int: feature.int64_list}[type(listed[0])]
        kind.value.extend(listed)
    return bytes(message.SerializeToString(deterministic=True))


def _masked_crc(data: bytes) -> bytes:
    crc = google_crc32c.value(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)
