"""Checks whether the trainer can decode an image, and finds its size.

tf.io.decode_image detects the format by the first bytes, never by image/format (except `raw`). These checks must not be stricter
than TensorFlow's decoders: tests/trainer/test_images_agree.py compares the two.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from detector_trainer.pipeline.sniff import detect_file_type
from detector_trainer.records import bmp, jpeg, png, thumbnail
from detector_trainer.records.broken_image import BrokenImage
from detector_trainer.records.decoding_memory import MAX_BYTES, MAX_SCANNED_BYTES

JPEG, PNG, GIF, BMP, WEBP, JXL = "JPEG", "PNG", "GIF", "BMP", "WebP", "JPEG XL"
MAX_PIXELS = 1 << 29
"""Pixels: TensorFlow's decoders reject as many or more."""
LONGEST_SIDE = 2**31 - 1
"""Pixels. The decoders of PNG and BMP reject a longer side, whatever the other side is."""
SNIFFED = 512
See = Callable[[NDArray[np.uint8]], None]
"""Called with a small grey picture of a valid image: uint8 of shape [height, width]."""


class State(StrEnum):
    """The result of decoding an image as the trainer does."""

    SOUND = "sound"
    MISSING = "missing"
    A_PATH = "a path"
    UNKNOWN = "unknown format"
    FOUR_DIMENSIONAL = "four-dimensional"
    TOO_LARGE = "too large"
    NOT_DECODED = "not decoded"
    """Its header is valid; the rest was not checked, because decoding it needs too much memory or time."""
    BROKEN = "broken"


class Fact(NamedTuple):
    """The result for one image."""

    state: State
    detail: str = ""
    width: int = 0
    height: int = 0


MISSING = Fact(State.MISSING)


def inspect(image: memoryview, *, decoding: bool, see: See | None = None, every_png: bool = False) -> Fact:
    """Check an image as the trainer would decode it (tf_slim's tfexample_decoder.Image, and tf.io.decode_image).

    Args:
        image: its bytes.
        decoding: decode it; otherwise only the header is checked.
        see: receives a small picture of it, if it is decoded. Some images have none.
        every_png: every PNG has a picture; otherwise only a few, because a PNG must be decoded twice for it.
    """
    if not len(image):
        return MISSING
    kind = kind_of(image)
    if kind is None:
        return _unknown(bytes(image[:SNIFFED]), len(image))
    if kind in (GIF, WEBP):
        return Fact(State.FOUR_DIMENSIONAL, f"it is a {kind}")
    if kind == JXL:  # TensorFlow decodes it; this project has no decoder
        return Fact(State.SOUND)
    try:
        return _measured(image, kind, decoding, see, every_png)
    except BrokenImage as error:
        return Fact(State.BROKEN, f"the {kind} is damaged: {error}")


def _measured(data: memoryview, kind: str, decoding: bool, see: See | None, every_png: bool) -> Fact:
    frame = None
    if kind == JPEG:
        frame = jpeg.frame_of(data)
        width, height = frame.width, frame.height
    elif kind == PNG:
        width, height = png.size_of(data)
    else:
        width, height = bmp.size_of(data)
    if max(width, height) > LONGEST_SIDE:
        raise BrokenImage(f"its header gives it {width:,} x {height:,} pixels")
    if width * height >= MAX_PIXELS:
        return Fact(State.TOO_LARGE, f"{width:,} x {height:,} pixels", width, height)
    if not decoding:
        return Fact(State.SOUND, "", width, height)
    if frame is not None and (reason := too_costly(data, frame)):
        return Fact(State.NOT_DECODED, reason, width, height)
    try:
        picture = _decoded(data, kind, (width, height), see is not None and (kind != PNG or every_png or thumbnail.chosen(data)))
    except MemoryError:
        return Fact(State.NOT_DECODED, f"not enough memory is free for its {width:,} x {height:,} pixels", width, height)
    if see is not None and picture is not None:
        see(picture)
    return Fact(State.SOUND, "", width, height)


def too_costly(data: memoryview, frame: jpeg.Frame) -> str:
    """Describe what decoding a JPEG needs, if it exceeds the limits; empty if it does not."""
    held = jpeg.coefficient_bytes(data, frame)
    size = f"its {frame.width:,} x {frame.height:,} pixels need {held >> 20:,} MiB of DCT coefficients"
    if held > MAX_BYTES:
        return f"{size} at a time, and {MAX_BYTES >> 20} MiB are the limit"
    # Data too short for too many scans is not searched.
    if (
        held * (len(data) // jpeg.SMALLEST_SCAN + 1) > MAX_SCANNED_BYTES
        and held * (scans := jpeg.scans(data)) > MAX_SCANNED_BYTES
    ):
        return f"{size}, over which {scans:,} scans pass"
    return ""


def _decoded(data: memoryview, kind: str, size: tuple[int, int], look: bool) -> NDArray[np.uint8] | None:
    if kind == JPEG:
        return jpeg.decode(data)
    if kind == PNG:
        png.decode(data)
        return thumbnail.of_png(data, *size) if look else None
    bmp.decode(data)
    return thumbnail.of_bmp(data, *size) if look else None


def inspect_gray(image: memoryview, *, decoding: bool) -> Fact:
    """Check an image that the trainer decodes to one channel: a PNG mask, an additional channel."""
    fact = inspect(image, decoding=decoding)
    if fact.state in (State.SOUND, State.NOT_DECODED):
        kind = kind_of(image)
        if kind == BMP or (kind == JPEG and jpeg.frame_of(image).components == 4):
            found = "a BMP" if kind == BMP else "a CMYK JPEG"
            return Fact(State.BROKEN, f"it is {found}, which TensorFlow does not decode to one channel")
    return fact


def _unknown(head: bytes, size: int) -> Fact:
    if size <= SNIFFED and all(32 <= byte < 127 for byte in head) and (b"." in head or b"/" in head):
        return Fact(State.A_PATH, head.decode())
    known = detect_file_type(head)
    return Fact(State.UNKNOWN, known[1] if known else f"its first bytes are {head[:8].hex(' ')}")


def kind_of(data: memoryview) -> str | None:
    """Return the format by the first bytes, as tf.io.decode_image detects it; None if it is unknown."""
    head = bytes(data[:12])
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(png.SIGNATURE):
        return PNG
    if head.startswith(b"GIF8"):
        return GIF
    if head.startswith(b"BM"):
        return BMP
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(b"\xff\x0a") or head == b"\x00\x00\x00\x0cJXL \r\n\x87\n":
        return JXL
    return None
