"""Small grey pictures of images: what a look at each costs next to nothing on top of its decoding.

libjpeg makes them of a JPEG on its way, at an eighth of its size, and of a BMP pixels are picked. A PNG has to be decoded a
second time, which takes longer than the first: where there are many, only one in 32 is.
"""

from __future__ import annotations

import io
import struct
import warnings
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from detector_trainer.records.decoding_memory import MAX_PIXELS

ONE_IN = 32
_TAIL = 64


def chosen(png: memoryview) -> bool:
    """Whether a PNG is one of those that are looked at; follows from its last bytes, not from where it stands."""
    return zlib.crc32(png[-_TAIL:]) % ONE_IN == 0


def of_png(data: memoryview, width: int, height: int) -> NDArray[np.uint8] | None:
    """A sound PNG at an eighth of its size: uint8 of shape [height, width]; None for a very large one."""
    if width * height > MAX_PIXELS:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
                return of_pillow(image)
    except Exception:  # noqa: BLE001 - Pillow raises nearly anything, and libpng has read it
        return None


def of_pillow(image: Image.Image) -> NDArray[np.uint8]:
    """An image at an eighth of its size, or less if it is small: uint8 of shape [height, width]."""
    if image.mode.startswith("I"):
        values = np.asarray(image)  # 16 bits
        return (values[::8, ::8] >> 8).astype(np.uint8) if min(values.shape) >= 128 else (values >> 8).astype(np.uint8)
    grey = image if image.mode in ("RGB", "L") else image.convert("RGB")
    factor = max(1, min(8, min(image.size) // 16))
    return np.asarray(grey.reduce(factor).convert("L"))


def of_bmp(data: memoryview, width: int, height: int) -> NDArray[np.uint8] | None:
    """Pixels of a sound BMP: uint8 of shape [rows, columns]."""
    (offset,), (bits,) = struct.unpack_from("<i", data, 10), struct.unpack_from("<H", data, 28)
    channels = bits // 8
    row = (channels * width + 3) // 4 * 4
    if width <= 0 or height <= 0 or offset < 0:
        return None
    lines = np.frombuffer(data, np.uint8, row * height, offset).reshape(height, row)
    step = max(1, min(8, min(width, height) // 16))
    picked = lines[step // 2 :: step, : width * channels].reshape(-1, width, channels)[:, step // 2 :: step]
    if struct.unpack_from("<i", data, 22)[0] > 0:  # written from the bottom up
        picked = picked[::-1]
    if channels == 1:
        return np.ascontiguousarray(picked[..., 0])
    return (picked[..., :3] @ np.array([0.114, 0.587, 0.299], np.float32)).astype(np.uint8)
