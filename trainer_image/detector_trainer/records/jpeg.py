"""Whether libjpeg decodes a JPEG to its end, as it does for TensorFlow (tensorflow/core/lib/jpeg/jpeg_mem.cc).

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
"""Pixels of a side of what is decoded: with fewer there is too little to look at."""
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE_FRAMES = frozenset({PROGRESSIVE, 0xC6, 0xCA, 0xCE})
_SCAN = 0xDA
_SIZES = struct.Struct(">HH").unpack_from
_MARKER = re.compile(rb"\xff[^\x00\xff]", re.DOTALL)
BLOCK, BLOCK_BYTES = 8, 128
"""A block has 8 x 8 coefficients of two bytes each."""
MAX_FACTOR = 4
"""Of the sampling of a component."""
SMALLEST_SCAN = 10
"""Bytes of a scan of one component, without data."""


class Frame(NamedTuple):
    """What a start of frame says."""

    width: int
    """Pixels."""
    height: int
    progressive: bool
    components: int
    """1 gray, 3 colours, 4 CMYK."""
    at: int
    """Byte at which its marker begins."""


def frame_of(data: memoryview) -> Frame:
    """The start of frame, to which it walks from marker to marker.

    Raises:
        BrokenImage: there is none.
    """
    found = _frame(bytes(data[:HEADERS])) or _frame(data)  # most often it is near the beginning, and bytes are read faster
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
    """The position of the next of some markers, from segment to segment; None if fewer than 10 bytes are left of the data."""
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
    Huffman's or arithmetic coding; else a row of blocks, which is counted as 0.
    """
    if not frame.progressive and _components_of_scan(data, frame) >= frame.components:
        return 0
    start = frame.at + 10
    sampling = [(factors >> 4, factors & 15) for factors in data[start + 1 : start + 3 * frame.components : 3]]
    if not sampling or not all(1 <= factor <= MAX_FACTOR for factors in sampling for factor in factors):
        return 0  # libjpeg refuses it before it allocates anything
    most_across, most_down = (max(factors) for factors in zip(*sampling, strict=True))
    return BLOCK_BYTES * sum(
        _blocks(frame.width, across, most_across) * _blocks(frame.height, down, most_down) for across, down in sampling
    )


def _blocks(pixels: int, factor: int, most: int) -> int:
    """Blocks along one side of a component, with those that fill up its last group."""
    blocks = -(-pixels * factor // (most * BLOCK))
    return -(-blocks // factor) * factor


def _components_of_scan(data: memoryview, frame: Frame) -> int:
    """How many components the first scan has; as many as the frame where no scan is found, which decoders refuse."""
    length = data[frame.at + 2] << 8 | data[frame.at + 3]
    position = _find(data, frame.at + 2 + length, frozenset({_SCAN}))
    return frame.components if position is None else data[position + 4]


def scans(data: memoryview) -> int:
    """Count its scans, or more: coded data contains no marker, but what looks like one in other segments counts too."""
    return bytes(data).count(bytes([0xFF, _SCAN]))


def decode(data: memoryview) -> NDArray[np.uint8]:
    """Decodes every byte of the data, in grey and at an eighth of the size or a bit more: nothing that can fail is left out.

    Returns:
        What was decoded: uint8 of shape [height, width].

    Raises:
        BrokenImage: the trainer's decoder refuses it too.
    """
    try:
        grey: NDArray[np.uint8] = simplejpeg.decode_jpeg(
            data, colorspace="GRAY", fastdct=True, fastupsample=True, min_height=SMALLEST, min_width=SMALLEST
        )
    except ValueError as error:
        if "Premature end" in str(error) and data[-1] != 0xFF:
            raise BrokenImage("it is cut off") from None
        return with_pillow.decode(data)  # a warning, or CMYK: Pillow tells warnings from errors
    return grey[..., 0]
