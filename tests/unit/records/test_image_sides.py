"""A side of 2^31 pixels or more, which no decoder accepts: the image is damaged, even if it has no pixels at all."""

from __future__ import annotations

import struct

import pytest

from detector_trainer.records.image import LONGEST_SIDE, State, inspect


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", width, height) + b"\x08\x02\x00\x00\x00"


def bmp(width: int, height: int) -> bytes:
    return b"BM" + bytes(16) + struct.pack("<ii", width, height) + b"\x01\x00\x18\x00" + bytes(8)


@pytest.mark.parametrize("decoding", [True, False])
@pytest.mark.parametrize(
    "image",
    [png(LONGEST_SIDE + 1, 1), png(1, LONGEST_SIDE + 1), png(0, 2**32 - 1), bmp(1, -(2**31))],
    ids=["wide", "high", "without pixels", "the most negative height of a BMP"],
)
def test_it_is_damaged(image: bytes, decoding: bool):
    fact = inspect(memoryview(image), decoding=decoding)
    assert (fact.state, fact.width, fact.height) == (State.BROKEN, 0, 0)


@pytest.mark.parametrize("image", [png(LONGEST_SIDE, 1), bmp(1, -LONGEST_SIDE)], ids=["PNG", "BMP"])
def test_the_longest_side_is_only_too_large(image: bytes):
    assert inspect(memoryview(image), decoding=False).state is State.TOO_LARGE
