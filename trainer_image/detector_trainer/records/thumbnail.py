"""Creates small grey pictures of images, at almost no cost on top of decoding.

libjpeg scales a JPEG to an eighth of its size while decoding it; of a BMP some pixels are taken. A PNG must be decoded a second
time, which takes longer than the first: of many PNGs only one in 32 is measured.
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
    """Return whether a PNG gets a picture; this depends on its last bytes, not on its position in the file."""
    return zlib.crc32(png[-_TAIL:]) % ONE_IN == 0


def of_png(data: memoryview, width: int, height: int) -> NDArray[np.uint8] | None:
    """Scale a valid PNG to an eighth of its size: uint8 of shape [height, width]; None for a very large one."""
    if width * height > MAX_PIXELS:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
                return of_pillow(image)
    except Exception:  # noqa: BLE001 - Pillow can raise almost any exception; libpng has accepted the image
        return None


def of_pillow(image: Image.Image) -> NDArray[np.uint8]:
    """Scale an image to an eighth of its size, less if it is small: uint8 of shape [height, width]."""
    if image.mode.startswith("I"):
        values = np.asarray(image)  # 16 bits
        return (values[::8, ::8] >> 8).astype(np.uint8) if min(values.shape) >= 128 else (values >> 8).astype(np.uint8)
    grey = image if image.mode in ("RGB", "L") else image.convert("RGB")
    factor = max(1, min(8, min(image.size) // 16))
    return np.asarray(grey.reduce(factor).convert("L"))


def of_bmp(data: memoryview, width: int, height: int) -> NDArray[np.uint8] | None:
    """Return some pixels of a valid BMP, in grey: uint8 of shape [rows, columns]."""
    (offset,), (bits,) = struct.unpack_from("<i", data, 10), struct.unpack_from("<H", data, 28)
    channels = bits // 8
    row = (channels * width + 3) // 4 * 4
    if width <= 0 or height <= 0 or offset < 0:
        return None
    lines = np.frombuffer(data, np.uint8, row * height, offset).reshape(height, row)
    step = max(1, min(8, min(width, height) // 16))
    picked = lines[step // 2 :: step, : width * channels].reshape(-1, width, channels)[:, step // 2 :: step]
    if struct.unpack_from("<i", data, 22)[0] > 0:  # stored from the bottom up
        picked = picked[::-1]
    if channels == 1:
        return np.ascontiguousarray(picked[..., 0])
    return (picked[..., :3] @ np.array([0.114, 0.587, 0.299], np.float32)).astype(np.uint8)
