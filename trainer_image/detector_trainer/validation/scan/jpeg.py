"""Whether libjpeg decodes a JPEG to its end, as it does for TensorFlow (tensorflow/core/lib/jpeg/jpeg_mem.cc).

Damaged data that libjpeg only warns about trains; a file that ends before its last line of pixels does not.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np
import simplejpeg

from detector_trainer.validation.scan import with_pillow
from detector_trainer.validation.scan.broken_image import BrokenImage

PROGRESSIVE = 0xC2
HEADERS = 1024
SMALLEST = 16
"""Pixels of a side of what is decoded: with fewer there is too little to look at."""
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_SIZES = struct.Struct(">HH").unpack_from


class Frame(NamedTuple):
    """What a start of frame says."""

    width: int
    """Pixels."""
    height: int
    progressive: bool
    components: int
    """1 gray, 3 colours, 4 CMYK."""


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
    position, last = 2, len(data) - 10
    while position <= last:
        if data[position] != 0xFF:
            position += 1
            continue
        marker = data[position + 1]
        if marker in _FRAMES:
            height, width = _SIZES(data, position + 5)
            return Frame(width, height, marker == PROGRESSIVE, data[position + 9])
        if marker == 0xFF:
            position += 1
        elif marker <= 0x01 or 0xD0 <= marker <= 0xD8:
            position += 2
        else:
            position += 2 + (data[position + 2] << 8 | data[position + 3])
    return None


def decode(data: memoryview) -> np.ndarray:
    """Decodes every byte of the data, in grey and at an eighth of the size or a bit more: nothing that can fail is left out.

    Returns:
        What was decoded: uint8 of shape [height, width].

    Raises:
        BrokenImage: the trainer's decoder refuses it too.
    """
    try:
        grey: np.ndarray = simplejpeg.decode_jpeg(
            data, colorspace="GRAY", fastdct=True, fastupsample=True, min_height=SMALLEST, min_width=SMALLEST
        )
    except ValueError as error:
        if "Premature end" in str(error) and data[-1] != 0xFF:
            raise BrokenImage("it is cut off") from None
        return with_pillow.decode(data)  # a warning, or CMYK: Pillow tells warnings from errors
    return grey[..., 0]
