"""An image is valid for the scan exactly when TensorFlow's decoders accept it: compared on thousands of damaged images."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from detector_trainer.records.image import State, inspect
from support.mutations import picture

pytestmark = pytest.mark.trainer

JPEGS = {
    "colour": picture(61, 45),
    "grey": picture(61, 45, mode="L"),
    "CMYK": picture(61, 45, mode="CMYK"),
    "progressive": picture(120, 90, progressive=True),
    "progressive grey": picture(120, 90, mode="L", progressive=True),
    "full chroma": picture(61, 45, subsampling=0),
    "optimized": picture(200, 150, optimize=True),
    "with restart markers": picture(200, 150, restart_marker_rows=1),
    "with Exif": picture(61, 45, exif=b"Exif\x00\x00" + b"x" * 200),
}


def sixteen_bits() -> bytes:
    data = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 65535, (40, 50), np.uint16)).save(data, "PNG")
    return data.getvalue()


PNGS = {mode: picture(61, 45, "PNG", mode) for mode in ("RGB", "RGBA", "L", "LA", "P", "1")} | {"16 bits": sixteen_bits()}
BMPS = {mode: picture(31, 25, "BMP", mode) for mode in ("RGB", "RGBA", "L", "P", "1")}
OTHERS = {"GIF": picture(kind="GIF"), "WebP": picture(kind="WEBP"), "TIFF": picture(kind="TIFF"), "text": b"/data/cat.jpg"}
ROUNDS = 60


def damaged(image: bytes, rng: random.Random) -> Iterator[bytes]:
    """The image itself, with bytes after it, without its last bytes, and with random damage."""
    yield image
    yield image + b"\0" * 7
    yield image + image
    yield from (image[:-cut] for cut in range(1, 8))
    for _ in range(ROUNDS):
        yield image[: rng.randrange(3, len(image))]
        at, change = rng.randrange(len(image)), bytearray(image)
        change[at] ^= 1 << rng.randrange(8)
        yield bytes(change)
        change = bytearray(image)
        change[at : at + rng.randrange(1, 40)] = rng.randbytes(rng.randrange(40))
        yield bytes(change)
        change = bytearray(image)
        change[rng.randrange(min(700, len(image)))] = rng.randrange(256)
        yield bytes(change)
        change = bytearray(image)
        change[at : at + 64] = bytes(len(image[at : at + 64]))
        yield bytes(change)


def trains(image: bytes) -> bool:
    """What the trainer's decoder returns (tf_slim's tfexample_decoder.Image, with three channels)."""
    import tensorflow as tf

    decode = tf.io.decode_jpeg if image.startswith(b"\xff\xd8\xff") else tf.io.decode_image
    try:
        return bool(decode(tf.constant(image), channels=3).shape.rank == 3)
    except tf.errors.InvalidArgumentError:
        return False


def sound(image: bytes) -> bool:
    return inspect(memoryview(image), decoding=True).state is State.SOUND


@pytest.mark.parametrize(
    "images", [JPEGS, PNGS, BMPS, OTHERS], ids=["JPEG", "PNG", "BMP", "what does not decode to three dimensions"]
)
def test_the_scan_refuses_no_image_that_trains_and_passes_almost_none_that_does_not(images: dict[str, bytes]):
    rng = random.Random(20)
    seen = [(trains(image), sound(image)) for original in images.values() for image in damaged(original, rng)]
    refused = seen.count((True, False))
    passed = seen.count((False, True))
    assert refused == 0
    assert passed <= len(seen) / 500, f"{passed} of {len(seen)}"


def png_of_size(width: int, height: int) -> bytes:
    """A grey PNG that claims a size, and has ten bytes of it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(10)))


@pytest.mark.parametrize("size", [(16_384, 32_768), (60_000, 60_000)])
def test_an_image_of_half_a_billion_pixels_is_refused_for_its_size_alone(size: tuple[int, int]):
    """records/image-too-large."""
    import tensorflow as tf

    with pytest.raises(tf.errors.InvalidArgumentError, match="PNG size too large"):
        tf.io.decode_image(tf.constant(png_of_size(*size)), channels=3)
    assert inspect(memoryview(png_of_size(*size)), decoding=True).state is State.TOO_LARGE
    assert inspect(memoryview(png_of_size(16_384, 32_767)), decoding=False).state is State.SOUND
