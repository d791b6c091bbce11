"""Checks whether TensorFlow decodes a BMP (tensorflow/core/kernels/image/decode_image_op.cc): uncompressed, 8, 24 or 32 bits."""

from __future__ import annotations

import struct

from detector_trainer.records.broken_image import BrokenImage

HEADER = 32


def size_of(data: memoryview) -> tuple[int, int]:
    """Return width and height in pixels.

    Raises:
        BrokenImage: the header is cut off.
    """
    if len(data) < HEADER:
        raise BrokenImage("its header is cut off")
    width, height = struct.unpack_from("<ii", data, 18)
    return width, abs(height)


def decode(data: memoryview) -> None:
    """Compare the header with the size of the data, which is not compressed.

    Raises:
        BrokenImage: the trainer's decoder rejects it too.
    """
    width, height = size_of(data)
    (offset,), (bits,) = struct.unpack_from("<i", data, 10), struct.unpack_from("<H", data, 28)
    channels = bits // 8
    if channels not in (1, 3, 4):
        raise BrokenImage(f"it has {bits} bits per pixel; supported are 8, 24 and 32")
    row = (channels * width + 3) // 4 * 4
    differ = len(data) - (offset + row * height)
    if differ:
        raise BrokenImage(f"it is {abs(differ):,} bytes too {'long' if differ > 0 else 'short'}")
