"""The measures of appearance: brightness, edges, peaks, hashes."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import cast

import numpy as np
import pytest
from PIL import Image, ImageFilter

from detector_trainer.protos import message_class
from detector_trainer.records.appearance import NO_HASH, SIDE, Appearance, ImageQuality
from detector_trainer.records.framing import records as framed
from detector_trainer.records.image import inspect
from support.inputs import ROOT
from support.mutations import picture
from support.records import image


def look(data: bytes) -> Appearance:
    looks = ImageQuality()
    inspect(memoryview(data), decoding=True, see=lambda small: looks.add(0, small), every_png=True)
    return looks.finish(1)


def photograph() -> Image.Image:
    """The first of examples/pets, 300 x 225 pixels."""
    path = ROOT / "examples" / "pets" / "pets_examples.record"
    with path.open("rb", buffering=0) as file:
        payload = next(iter(framed(cast(io.RawIOBase, file), path.stat().st_size)))
        message = message_class("tensorflow.Example").FromString(bytes(payload.buffer[payload.start : payload.stop]))
    (data,) = message.features.feature["image/encoded"].bytes_list.value
    return Image.open(io.BytesIO(data)).convert("RGB")


@pytest.mark.parametrize("radius", [0, 12], ids=["sharp", "blurred by 4 % of its side"])
def test_photographs_without_edges_are_blurry(radius: int):
    data = io.BytesIO()
    photograph().filter(ImageFilter.GaussianBlur(radius)).save(data, "JPEG")
    edges = look(data.getvalue()).edges[0]
    assert (edges < 20) == (radius > 0)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_format_changes_nothing(kind: str, mode: str):
    """Of a PNG one in 32 is looked at, or all if they are few; a BMP is not averaged, and keeps its extremes."""
    reference, seen = look(picture(320, 240, "PNG", mode)), look(picture(320, 240, kind, mode))
    assert seen.seen[0]
    for column in ("mean", "low", "high"):
        assert abs(int(getattr(seen, column)[0]) - int(getattr(reference, column)[0])) <= (25 if kind == "BMP" else 10)
    assert (int(seen.hashes[0]) ^ int(reference.hashes[0])).bit_count() <= (10 if kind == "BMP" else 3)


@pytest.mark.parametrize(
    ("kind", "mode", "size"),
    [
        ("PNG", "P", (40, 30)),
        ("PNG", "1", (40, 30)),
        ("PNG", "LA", (40, 30)),
        ("PNG", "RGBA", (200, 300)),
        ("PNG", "I;16", (200, 300)),
        ("JPEG", "CMYK", (40, 30)),
        ("JPEG", "RGB", (1, 1)),
        ("PNG", "L", (1, 900)),
        ("BMP", "L", (2, 1)),
        ("BMP", "RGBA", (3000, 2)),
    ],
)
def test_every_kind_of_image_can_be_looked_at(kind: str, mode: str, size: tuple[int, int]):
    data = io.BytesIO()
    Image.new(mode, size).save(data, kind)
    seen = look(data.getvalue())
    assert seen.seen[0]
    assert seen.flat[0]
    assert seen.hashes[0] == NO_HASH


def test_most_png_are_left_out_where_there_are_many():
    def looked(data: bytes) -> int:
        seen: list[np.ndarray] = []
        inspect(memoryview(data), decoding=True, see=seen.append)
        return len(seen)

    shades = [image("PNG", shade=shade) for shade in range(256)]
    assert 1 <= sum(map(looked, shades)) <= 30


def test_large_pictures_are_made_smaller_before_they_wait():
    looks = ImageQuality()
    looks.add(0, np.zeros((8000, 4000), np.uint8))
    (size,) = looks._waiting
    assert size == (SIDE, SIDE // 2)


def some(count: int) -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    return [rng.integers(0, 256, (20 + number % 3, 30), np.uint8) for number in range(count)]


@pytest.mark.parametrize("order", [lambda: range(99), lambda: reversed(range(99))], ids=["in order", "in reverse"])
def test_which_pictures_are_worked_out_together_changes_nothing(order: Callable[[], range]):
    pictures, together = some(99), ImageQuality()
    for number in order():
        together.add(number, pictures[number])
    appearance = together.finish(99)
    for number, small in enumerate(pictures):
        alone = ImageQuality()
        alone.add(0, small)
        single = alone.finish(1)
        for column, values in vars(appearance).items():
            assert values[number] == vars(single)[column][0], column


def test_a_record_without_a_picture_is_not_seen():
    looks = ImageQuality()
    looks.add(1, some(1)[0])
    appearance = looks.finish(3)
    assert appearance.seen.tolist() == [False, True, False]
    assert appearance.hashes[[0, 2]].tolist() == [NO_HASH] * 2
