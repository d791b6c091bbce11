"""Checksums made right again after damage: what comes behind them is reached."""

from __future__ import annotations

import struct
import zlib

import google_crc32c

FOOTER = 48


def png_checksums(data: bytes) -> bytes:
    """A PNG whose chunks, as far as they can be followed, have the checksums of what is in them."""
    out, at = bytearray(data), 8
    while at + 12 <= len(out):
        (length,) = struct.unpack_from(">I", out, at)
        end = at + 8 + length
        if end + 4 > len(out):
            break
        struct.pack_into(">I", out, end, zlib.crc32(out[at + 4 : end]))
        at = end + 4
    return bytes(out)


def table_checksums(data: bytes) -> bytes:
    """A LevelDB table of which the blocks have the checksums of what is in them, as far as its footer and index lead to them."""
    out = bytearray(data)
    try:
        at, handles = 0, []
        footer = out[-FOOTER:]
        for _ in range(4):
            value, at = _varint(footer, at)
            handles.append(value)
        places = [(handles[0], handles[1]), (handles[2], handles[3])]
        places += _data_blocks(bytes(out[handles[2] : handles[2] + handles[3]]))
        for offset, size in places:
            if size > 0 and offset + size + 5 <= len(out):
                struct.pack_into("<I", out, offset + size + 1, masked(bytes(out[offset : offset + size + 1])))
    except (IndexError, struct.error):
        pass
    return bytes(out)


def _data_blocks(block: bytes) -> list[tuple[int, int]]:
    """The handles in an index block, of which no key is shortened by a restart."""
    places: list[tuple[int, int]] = []
    (restarts,) = struct.unpack_from("<I", block, len(block) - 4)
    at, end = 0, len(block) - 4 * (restarts + 1)
    while at < end:
        _, at = _varint(block, at)
        unshared, at = _varint(block, at)
        size, at = _varint(block, at)
        offset, place = _varint(block, at + unshared)
        length, _ = _varint(block, place)
        places.append((offset, length))
        at += unshared + size
    return places


def _varint(data: bytes | bytearray, at: int) -> tuple[int, int]:
    value = shift = 0
    while shift < 64:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            break
    return value, at


def masked(data: bytes) -> int:
    """The checksum as LevelDB and TFRecord write it."""
    crc = google_crc32c.value(data)
    return int(((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)
