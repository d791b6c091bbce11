"""Reads a TFRecord file front to back, checking the checksums that the trainer checks (tensorflow/core/lib/io/record_reader.cc).

A file is a sequence of records: length (8 bytes, little-endian), masked CRC32C of the length (4), payload, masked CRC32C of the
payload (4). The file is read, not mapped: if the file shrinks or its storage fails, that is an OSError and no crash.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import google_crc32c
import numpy as np
from numpy.typing import NDArray

BLOCK = 1 << 19
"""Bytes per read: few enough to be in the processor's cache for the checksum."""
KEPT = 1 << 24
"""Bytes: a larger buffer is discarded after the record that needed it."""
HEADER = 12
FOOTER = 4
_LENGTH_AND_CRC = struct.Struct("<QI")
_CRC = struct.Struct("<I")


class Damage(StrEnum):
    """The kinds of damage of the framing of a file."""

    CUT_IN_PAYLOAD = "cut in payload"
    """The file ends inside a record, its header complete."""
    CUT_IN_HEADER = "cut in header"
    """The file ends with fewer than 12 bytes that begin a record."""
    BAD_LENGTH = "bad length"
    """The checksum of a record's length is wrong: this is not a TFRecord file, or it is corrupt from here on."""
    BAD_PAYLOAD = "bad payload"
    """The checksum of a record's payload is wrong."""


@dataclass
class Broken(Exception):
    """The file cannot be read any further."""

    damage: Damage
    record: int
    """0-based index of the record that cannot be read."""
    offset: int
    """Byte at which that record begins."""
    missing: int = 0
    """Bytes that the record claims and the file does not have."""


class Payload(NamedTuple):
    """The payload of a record: `buffer[start:stop]`. Valid until the next record is read."""

    buffer: bytearray
    frozen: NDArray[np.uint8]
    """The same bytes, read-only, because google_crc32c rejects writable buffers."""
    start: int
    stop: int
    crc: int
    """CRC32C of the payload."""


def records(file: io.RawIOBase, size: int) -> Iterator[Payload]:
    """Yield the payloads of a file of `size` bytes.

    Raises:
        Broken: the framing is damaged; the payloads yielded before are intact.
        OSError: the storage failed.
    """
    buffer = bytearray(min(BLOCK, size))
    frozen = freeze(buffer)
    begin = end = 0  # the part of the buffer that is not yet consumed
    offset = 0  # of the record in the file
    index = 0
    crc_of = google_crc32c.value
    unpack_header, unpack_crc = _LENGTH_AND_CRC.unpack_from, _CRC.unpack_from
    while True:
        if end - begin < HEADER:
            begin, end = _refill(file, buffer, begin, end)
            if end == begin:
                return
            if end - begin < HEADER:
                raise Broken(Damage.CUT_IN_HEADER, index, offset, HEADER - (end - begin))
        length, length_crc = unpack_header(buffer, begin)
        if masked(crc_of(bytes(buffer[begin : begin + 8]))) != length_crc:
            raise Broken(Damage.BAD_LENGTH, index, offset)
        whole = HEADER + length + FOOTER
        if offset + whole > size:  # before memory is allocated for it
            raise Broken(Damage.CUT_IN_PAYLOAD, index, offset, offset + whole - size)
        if end - begin < whole:
            if whole > len(buffer):
                larger = bytearray(whole)
                larger[: end - begin] = buffer[begin:end]
                buffer, begin, end = larger, 0, end - begin
                frozen = freeze(buffer)
            begin, end = _refill(file, buffer, begin, end)
            if end - begin < whole:  # the file has shrunk meanwhile
                raise Broken(Damage.CUT_IN_PAYLOAD, index, offset, whole - (end - begin))
        start = begin + HEADER
        stop = start + length
        crc = crc_of(frozen[start:stop])
        if masked(crc) != unpack_crc(buffer, stop)[0]:
            raise Broken(Damage.BAD_PAYLOAD, index, offset)
        yield Payload(buffer, frozen, start, stop, crc)
        begin += whole
        offset += whole
        index += 1
        if len(buffer) > KEPT and begin == end:
            buffer, begin, end = bytearray(BLOCK), 0, 0
            frozen = freeze(buffer)


def masked(crc: int) -> int:
    """Mask a CRC32C as TFRecord stores it."""
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def freeze(buffer: bytearray) -> NDArray[np.uint8]:
    """Return a read-only view, which google_crc32c accepts."""
    frozen = np.frombuffer(buffer, np.uint8)
    frozen.flags.writeable = False
    return frozen


def _refill(file: io.RawIOBase, buffer: bytearray, begin: int, end: int) -> tuple[int, int]:
    """Move unconsumed bytes to the front, then read until the buffer is full or the file ends."""
    held = end - begin
    with memoryview(buffer) as view:
        view[:held] = view[begin:end]
        while held < len(buffer):
            got = file.readinto(view[held:])
            if not got:
                break
            held += got
    return 0, held
