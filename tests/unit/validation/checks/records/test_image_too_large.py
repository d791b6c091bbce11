"""An image is larger than the decoder supports."""

from __future__ import annotations

import struct
import zlib

import pytest

from detector_trainer.validation.checks.records.image_too_large import RULE
from support.breaking import BOX, Record, assert_named
from support.inputs import Case
from support.records import features

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


def png_of_size(width: int, height: int) -> bytes:
    """Return a PNG whose header claims a size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", len(header)) + chunk + struct.pack(">I", zlib.crc32(chunk))


BROKEN = {
    "60,000 x 60,000 pixels": Record(features(BOX, image__encoded=[png_of_size(60_000, 60_000)]), "image/encoded"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_named(case: Case, broken: Record):
    assert_named(case, broken, RULE.code)
