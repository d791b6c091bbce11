"""Checks whether libjpeg decodes a JPEG completely, as it does for TensorFlow (tensorflow/core/lib/jpeg/jpeg_mem.cc).

Damaged data that libjpeg only warns about trains; a file that ends before its last line of pixels does not.
"""

from __future__ import annotations

import re
import struct
from typing import NamedTuple

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from detector_trainer.records import with_pillow
from detector_trainer.records.broken_image import BrokenImage

PROGRESSIVE = 0xC2
HEADERS = 1024
SMALLEST = 16
"""Pixels of a side of the decoded picture: smaller ones are too small to measure."""
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE_FRAMES = frozenset({PROGRESSIVE, 0xC6, 0xCA, 0xCE})
_SCAN = 0xDA
_SIZES = struct.Struct(">HH").unpack_from
_MARKER = re.compile(rb"\xff[^\x00\xff]", re.DOTALL)
BLOCK, BLOCK_BYTES = 8, 128
"""A block has 8 x 8 coefficients of two bytes each."""
MAX_FACTOR = 4
"""Largest sampling factor of a component."""
SMALLEST_SCAN = 10
"""Bytes of a scan of one component, without data."""


class Frame(NamedTuple):
    """The content of a start of frame."""

    width: int
    """Pixels."""
    height: int
    progressive: bool
    components: int
    """1 gray, 3 colours, 4 CMYK."""
    at: int
    """Byte at which its marker begins."""


def frame_of(data: memoryview) -> Frame:
    """Find and parse the start of frame, from marker to marker.

    Raises:
        BrokenImage: the data has none.
    """
    found = _frame(bytes(data[:HEADERS])) or _frame(data)  # usually near the beginning; bytes are faster than a memoryview
    if found is None:
        raise BrokenImage("its header is cut off")
    return found


def _frame(data: bytes | memoryview) -> Frame | None:
    position = _find(data, 2, _FRAMES)
    if position is None:
        return None
    height, width = _SIZES(data, position + 5)
    return Frame(width, height, data[position + 1] in _PROGRESSIVE_FRAMES, data[position + 9], position)


def _find(data: bytes | memoryview, position: int, markers: frozenset[int]) -> int | None:
    """Find the next of some markers, from segment to segment; None if fewer than 10 bytes are left."""
    last = len(data) - 10
    while position <= last:
        if data[position] == 0xFF:
            marker = data[position + 1]
            if marker in markers:
                return position
            if 0x01 < marker < 0xD0 or 0xD8 < marker < 0xFF:
                position += 2 + (data[position + 2] << 8 | data[position + 3])
                continue
            if marker not in (0x00, 0xFF):  # it has no length
                position += 2
                continue
        found = _MARKER.search(data, position)
        if found is None:
            return None
        position = found.start()
    return None


def coefficient_bytes(data: memoryview, frame: Frame) -> int:
    """Compute the bytes of DCT coefficients that libjpeg holds at a time (jdinput.c, jdcoefct.c).

    It holds those of the whole image if it is progressive, or if its first scan has not all of its components, be they coded with
    Huffman's or arithmetic coding; otherwise a row of blocks, which is counted as 0.
    """
    if not frame.progressive and _components_of_scan(data, frame) >= frame.components:
        return 0
    start = frame.at + 10
    sampling = [(factors >> 4, factors & 15) for factors in data[start + 1 : start + 3 * frame.components : 3]]
    if not sampling or not all(1 <= factor <= MAX_FACTOR for factors in sampling for factor in factors):
        return 0  # libjpeg rejects it before it allocates memory
    most_across, most_down = (max(factors) for factors in zip(*sampling, strict=True))
    return BLOCK_BYTES * sum(
        _blocks(frame.width, across, most_across) * _blocks(frame.height, down, most_down) for across, down in sampling
    )


def _blocks(pixels: int, factor: int, most: int) -> int:
    """Count the blocks along one side of a component, including the padding of its last group."""
    blocks = -(-pixels * factor // (most * BLOCK))
    return -(-blocks // factor) * factor


def _components_of_scan(data: memoryview, frame: Frame) -> int:
    """Return the number of components of the first scan; that of the frame if no scan is found, which decoders reject."""
    length = data[frame.at + 2] << 8 | data[frame.at + 3]
    position = _find(data, frame.at + 2 + length, frozenset({_SCAN}))
    return frame.components if position is None else data[position + 4]


def scans(data: memoryview) -> int:
    """Return an upper bound of its scans: coded data contains no marker, but other segments may contain bytes like one."""
    return bytes(data).count(bytes([0xFF, _SCAN]))


def decode(data: memoryview) -> NDArray[np.uint8]:
    """Decode every byte of the data, in grey and at about an eighth of its size, including every step that can fail.

    Returns:
        What was decoded: uint8 of shape [height, width].

    Raises:
        BrokenImage: the trainer's decoder rejects it too.
    """
    try:
        grey: NDArray[np.uint8] = simplejpeg.decode_jpeg(
            data, colorspace="GRAY", fastdct=True, fastupsample=True, min_height=SMALLEST, min_width=SMALLEST
        )
    except ValueError as error:
        if "Premature end" in str(error) and data[-1] != 0xFF:
            raise BrokenImage("it is cut off") from None
        return with_pillow.decode(data)  # a warning, or CMYK: Pillow distinguishes warnings from errors
    return grey[..., 0]
