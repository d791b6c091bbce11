"""JPEG files of any claimed size in a few hundred bytes: headers, and scans without a single block."""

from __future__ import annotations

import struct
from collections.abc import Sequence

BASELINE, EXTENDED, PROGRESSIVE, ARITHMETIC, ARITHMETIC_PROGRESSIVE = 0xC0, 0xC1, 0xC2, 0xC9, 0xCA
"""Second byte of the start of frame."""
FULL = ((1, 1),) * 3
"""Sampling factors of 4:4:4."""
HALVED = ((2, 2), (1, 1), (1, 1))
"""Of 4:2:0."""


def segment(marker: int, body: bytes) -> bytes:
    """A marker with its length and body."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def jpeg(
    width: int,
    height: int,
    *,
    frame: int = BASELINE,
    sampling: Sequence[tuple[int, int]] = FULL,
    scans: Sequence[Sequence[int]] = ((0, 1, 2),),
    before: bytes = b"",
) -> bytes:
    """A JPEG that decoders fill with gray, warning that its data ends early.

    Args:
        width: pixels.
        height: pixels.
        frame: second byte of the start of frame.
        sampling: horizontal and vertical factor of each component.
        scans: the components of each scan, by index.
        before: segments between the start of the image and its frame.
    """
    components = b"".join(bytes([number, across << 4 | down, 0]) for number, (across, down) in enumerate(sampling, 1))
    code = bytes([1, *[0] * 15, 0])  # one code word, of one bit, for the value 0
    tables = segment(0xDB, bytes([0, *[1] * 64])) + segment(0xC4, b"\x00" + code) + segment(0xC4, b"\x10" + code)
    progressive = frame in (PROGRESSIVE, ARITHMETIC_PROGRESSIVE)
    body = b"".join(
        segment(
            0xDA,
            bytes([len(scan)])
            + b"".join(bytes([index + 1, 0]) for index in scan)
            + (b"\x00\x00\x00" if progressive else b"\x00\x3f\x00"),
        )
        + b"\x00\x00"
        for scan in scans
    )
    header = segment(frame, struct.pack(">BHHB", 8, height, width, len(sampling)) + components)
    return b"\xff\xd8" + before + tables + header + body + b"\xff\xd9"
