"""Only formats that the trainer decodes are opened: Pillow has some forty more, and one of them runs Ghostscript."""

from __future__ import annotations

import io

import pytest
from PIL import EpsImagePlugin, Image

from detector_trainer.records import thumbnail, with_pillow
from detector_trainer.records.broken_image import BrokenImage
from detector_trainer.report.pictures import NotShown, _small_copy

EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 4 4\n%%EndComments\nshowpage\n%%EOF\n"


def encoded(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (16, 16), "red").save(out, kind)
    return out.getvalue()


@pytest.fixture(autouse=True)
def ghostscript(monkeypatch):
    """Fail if Ghostscript would be started."""

    def started(*_args, **_options):
        pytest.fail("Ghostscript was started")

    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", started)


@pytest.mark.parametrize("data", [EPS, encoded("TIFF"), encoded("WEBP"), encoded("ICO"), encoded("PPM")])
def test_other_formats_are_not_opened(data):
    with pytest.raises(NotShown, match="cannot be decoded"):
        _small_copy(data)
    with pytest.raises(BrokenImage):
        with_pillow.decode(memoryview(data))
    assert thumbnail.of_png(memoryview(data), 16, 16) is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "GIF"])
def test_the_formats_of_the_trainer_are_shown(kind):
    assert _small_copy(encoded(kind))[1:] == (16, 16)
