"""Why a JPEG cannot be decoded is reported in the same words each time: a report of the same records is the same text."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from detector_trainer.records.broken_image import BrokenImage
from detector_trainer.records.with_pillow import decode


def jpeg() -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.zeros((16, 16), np.uint8)).save(file, "JPEG")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff\xd8\xff\xe0" + bytes(50), "its header cannot be parsed"),
        (b"\xff\xd8\xff\xd9", "its header cannot be parsed"),
        (jpeg()[:30], "it is cut off"),
        (jpeg()[:-100], "it is cut off"),
    ],
    ids=["a damaged header", "nothing but a header", "cut off in the header", "cut off in the image"],
)
def test_a_damaged_jpeg_is_reported_with_its_reason(data: bytes, why: str):
    with pytest.raises(BrokenImage) as raised:
        decode(memoryview(data))
    assert str(raised.value) == why


def test_a_whole_one_is_decoded():
    assert decode(memoryview(jpeg())).shape == (2, 2)
