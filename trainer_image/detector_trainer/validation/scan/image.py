"""Whether the trainer could decode an image, and how large it is.

tf.io.decode_image goes by the first bytes, never by image/format (except `raw`). The decoders here are the same libraries that
TensorFlow has, and must not be stricter: a damaged JPEG that libjpeg only warns about trains.
"""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import dataclass
from enum import StrEnum

from detector_trainer.pipeline.sniff import what_is

JPEG, PNG, GIF, BMP, WEBP = "jpeg", "png", "gif", "bmp", "webp"
MAX_PIXELS = (1 << 31) // 3
"""TensorFlow's decoders hold an image of three channels in at most 2^31 bytes."""
MAX_DECODED_PIXELS = 60_000_000
"""Larger images are judged by their headers: decoding them here would take too much memory."""


class BrokenImage(Exception):
    """The decoder refuses the bytes; the message says why."""


class State(StrEnum):
    """What the trainer would make of an image."""

    SOUND = "sound"
    MISSING = "missing"
    A_PATH = "a path"
    UNKNOWN = "unknown format"
    FOUR_DIMENSIONAL = "four-dimensional"
    TOO_LARGE = "too large"
    BROKEN = "broken"


@dataclass(frozen=True)
class Fact:
    """What was found out about one record's image."""

    state: State
    detail: str = ""
    width: int = 0
    height: int = 0


def inspect(data: bytes | memoryview | None, format_feature: bytes, *, decoding: bool) -> Fact:
    """Looks at an image as the trainer would (tf_slim's tfexample_decoder.Image, and tf.io.decode_image)."""
    if data is None or not len(data):
        return Fact(State.MISSING)
    if format_feature in (b"raw", b"RAW"):
        return Fact(State.FOUR_DIMENSIONAL, "image/format is `raw`")
    kind = kind_of(data)
    if kind is None:
        return _unknown(bytes(data[:512]), len(data))
    if kind in (GIF, WEBP):
        return Fact(State.FOUR_DIMENSIONAL, f"it is a {kind.upper() if kind == GIF else 'WebP'}")
    try:
        width, height = size_of(data, kind)
        if width * height > MAX_PIXELS:
            return Fact(State.TOO_LARGE, f"{width} x {height} pixels", width, height)
        if decoding and width * height <= MAX_DECODED_PIXELS:
            decode(data, kind)
    except BrokenImage as error:
        return Fact(State.BROKEN, f"the {kind.upper()} is damaged: {error}")
    return Fact(State.SOUND, "", width, height)


def _unknown(head: bytes, size: int) -> Fact:
    if size <= 512 and all(32 <= byte < 127 for byte in head) and (b"." in head or b"/" in head):
        return Fact(State.A_PATH, head.decode())
    known = what_is(head)
    return Fact(State.UNKNOWN, known[1] if known else f"its first bytes are {head[:8].hex(' ')}")


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
    elif kind == PNG:
        _ends_in_iend(data)
        _decode_with_pillow(data)
    elif kind == BMP:
        _measure_bmp(data)


def _ends_in_iend(data: bytes | memoryview) -> None:
    """libpng wants the last chunk whole; Pillow does without it."""
    position, size = 8, len(data)
    while position + 12 <= size:
        length = int.from_bytes(data[position : position + 4], "big")
        name = bytes(data[position + 4 : position + 8])
        if name == b"IEND":
            crc = int.from_bytes(data[position + 8 + length : position + 12 + length], "big")
            if crc != zlib.crc32(data[position + 4 : position + 8 + length]):
                raise BrokenImage("the checksum of its last chunk does not match")
            return
        position += 12 + length
    raise BrokenImage("it is cut off")


def _measure_bmp(data: bytes | memoryview) -> None:
    """The conditions of tensorflow/core/kernels/image/decode_image_op.cc, which takes uncompressed pixels of 1, 3 or 4 bytes."""
    if len(data) < 32:
        raise BrokenImage("its header is cut off")
    offset, width, height, bits = (
        *struct.unpack("<i", data[10:14]),
        *struct.unpack("<ii", data[18:26]),
        *struct.unpack("<H", data[28:30]),
    )
    channels = bits // 8
    if channels not in (1, 3, 4):
        raise BrokenImage(f"it has {bits} bits a pixel; 8, 24 or 32 can be read")
    row = (channels * width + 3) // 4 * 4
    differ = len(data) - (offset + row * abs(height))
    if differ:
        raise BrokenImage(f"it is {abs(differ)} bytes too {'long' if differ > 0 else 'short'}")


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
