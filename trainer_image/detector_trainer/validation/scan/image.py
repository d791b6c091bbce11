"""Whether the trainer could decode an image, and how large it is.

tf.io.decode_image goes by the first bytes, never by image/format (except `raw`). The decoders here are the same libraries that
TensorFlow has, and must not be stricter: a damaged JPEG that libjpeg only warns about trains.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass

JPEG, PNG, GIF, BMP, WEBP = "jpeg", "png", "gif", "bmp", "webp"
MAX_PIXELS = (1 << 31) // 3
"""TensorFlow's decoders hold an image of three channels in at most 2^31 bytes."""
MAX_DECODED_PIXELS = 60_000_000
"""Larger images are judged by their headers: decoding them here would take too much memory."""


class BrokenImage(Exception):
    """The decoder refuses the bytes; the message says why."""


@dataclass(frozen=True)
class Image:
    """What is known of an encoded image."""

    kind: str
    width: int = 0
    height: int = 0


def kind_of(data: bytes | memoryview) -> str | None:
    """The format by the first bytes, as tf.io.decode_image tells it; None for one that it does not know."""
    head = bytes(data[:12])
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"GIF8"):
        return GIF
    if head.startswith(b"BM"):
        return BMP
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    return None


def size_of(data: bytes | memoryview, kind: str) -> tuple[int, int]:
    """Width and height in pixels, from the header.

    Raises:
        BrokenImage: the header is damaged.
    """
    try:
        if kind == JPEG:
            return _jpeg_size(data)
        if kind == PNG:
            return struct.unpack(">II", data[16:24])
        if kind == GIF:
            return struct.unpack("<HH", data[6:10])
        if kind == BMP:
            width, height = struct.unpack("<ii", data[18:26])
            return width, abs(height)
    except struct.error:
        raise BrokenImage("its header is cut off") from None
    return 0, 0


def _jpeg_size(data: bytes | memoryview) -> tuple[int, int]:
    """Walks the markers to the start of frame."""
    position, size = 2, len(data)
    while position + 9 <= size:
        if data[position] != 0xFF:
            position += 1
            continue
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[position + 5 : position + 9])
            return width, height
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:
            position += 2
        else:
            position += 2 + (data[position + 2] << 8 | data[position + 3])
    raise BrokenImage("its header is cut off")


def decode(data: bytes | memoryview, kind: str) -> None:
    """Decodes the whole image, and forgets it.

    Raises:
        BrokenImage: the trainer's decoder refuses it too.
    """
    if kind == JPEG:
        _decode_jpeg(data)
    elif kind in (PNG, BMP):
        _decode_with_pillow(data)


def _decode_jpeg(data: bytes | memoryview) -> None:
    import simplejpeg

    try:
        simplejpeg.decode_jpeg(data, colorspace="GRAY", fastdct=True, strict=True)
    except ValueError as error:
        words = str(error)
        if "Premature end of JPEG file" in words:
            raise BrokenImage("it is cut off") from None
        if "Corrupt JPEG data" in words or "extraneous" in words or "Inconsistent progression" in words:
            _tolerate(data)
            return
        _decode_with_pillow(data)  # CMYK, which the quick way does not convert


def _tolerate(data: bytes | memoryview) -> None:
    """libjpeg warned of damaged data: TensorFlow goes on, unless the file is also cut off."""
    import simplejpeg

    try:
        simplejpeg.decode_jpeg(data, colorspace="GRAY", fastdct=True, strict=False)
    except ValueError as error:
        raise BrokenImage(str(error)) from None


def _decode_with_pillow(data: bytes | memoryview) -> None:
    import warnings

    from PIL import Image as PillowImage

    PillowImage.MAX_IMAGE_PIXELS = None  # the size has been looked at
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with PillowImage.open(io.BytesIO(data)) as image:
                image.load()
    except Exception as error:  # noqa: BLE001 - Pillow raises nearly anything on damaged bytes
        raise BrokenImage(str(error).splitlines()[0] if str(error) else type(error).__name__) from None
