"""What is said of images that look broken: dark, overexposed, blurry, of one colour."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from PIL import Image, ImageFilter

from detector_trainer.contract import Finding
from detector_trainer.protos import message_class
from detector_trainer.records.appearance import NO_HASH, SIDE, Appearance, ImageQuality
from detector_trainer.records.framing import records as framed
from detector_trainer.records.image import inspect
from support.inputs import ROOT, Case
from support.mutations import picture
from support.records import Features, features, image, write

BOX = (0.1, 0.2, 0.5, 0.6)
DARK, LIGHT = "records/dark-images", "records/overexposed-images"
BLANK, BLURRY = "records/blank-images", "records/blurry-images"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    case = Case(tmp_path)
    case.config.ClearField("eval_input_reader")
    return case


def found(case: Case, images: list[bytes]) -> dict[str, Finding]:
    records: list[Features] = [features(BOX, image__encoded=[data]) for data in images]
    case.config.train_input_reader.tf_record_input_reader.input_path[:] = [str(write(case.folder / "0.record", records))]
    case.write()
    about = {DARK, LIGHT, BLANK, BLURRY}
    return {finding.code: finding for finding in case.report().findings if finding.code in about}


def encoded(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, kind)
    return data.getvalue()


def two_levels(below: int, above: int, share_above: float) -> bytes:
    """A grey picture of 20 x 50 pixels, a share of them of another level, spread over it."""
    pixels = np.full(1000, below, np.uint8)
    pixels[: round(share_above * 1000)] = above
    return encoded(np.random.default_rng(0).permutation(pixels).reshape(20, 50))


def look(data: bytes) -> Appearance:
    looks = ImageQuality()
    inspect(memoryview(data), decoding=True, see=lambda small: looks.add(0, small), every_png=True)
    return looks.finish(1)


@pytest.mark.parametrize(
    ("sound", "broken", "code"),
    [
        (two_levels(10, 82, 0.02), two_levels(10, 81, 0.02), DARK),  # 32 % of 255 is 81.6
        (two_levels(10, 200, 0.011), two_levels(10, 200, 0.01), DARK),  # 99 % of the pixels
        (two_levels(242, 250, 0.9), two_levels(243, 250, 0.9), LIGHT),  # 95 % of 255 is 242.25
        (two_levels(100, 250, 0.949), two_levels(100, 250, 0.951), LIGHT),
        (two_levels(100, 105, 0.5), two_levels(100, 104, 0.5), BLANK),
        (two_levels(0, 5, 0.5), two_levels(0, 4, 0.5), BLANK),  # and not dark
    ],
    ids=["dark level", "dark share", "light level", "light share", "one colour", "one colour, black"],
)
def test_images_on_either_side_of_a_limit(case: Case, sound: bytes, broken: bytes, code: str):
    assert code not in found(case, [sound] * 20)
    findings = found(case, [broken] * 20)
    assert [*findings] == [code]
    assert findings[code].severity == "warning"
    assert findings[code].count == 20


def test_the_first_and_two_others_are_named_with_their_values(case: Case):
    sound, dark = picture(), [two_levels(10, level, 0.5) for level in (51, 64, 77, 26)]
    finding = found(case, [sound, *dark, *dark[:1] * 6])[DARK]
    assert (finding.where.file, finding.where.record, finding.where.field) == (str(case.folder / "0.record"), 1, "image/encoded")
    assert finding.message.startswith("10 of 11 training images are dark, the first: 99 % of its pixels are below 20% of full")
    assert "record 2" in finding.message
    assert "25%" in finding.message
    assert "record 4" not in finding.message


@pytest.mark.parametrize(("dark", "sound", "said"), [(9, 0, False), (10, 0, True), (10, 989, True), (10, 990, False)])
def test_it_takes_ten_and_more_than_one_in_a_hundred(case: Case, dark: int, sound: int, said: bool):
    findings = found(case, [two_levels(10, 20, 0.5)] * dark + [picture()] * sound)
    assert (DARK in findings) == said


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


def waves(contrast: int) -> bytes:
    """Slopes over all grey levels, and a chessboard of that contrast on them."""
    slope = np.linspace(20, 220, 30)[None, :] * np.ones((30, 1))
    board = (np.indices((30, 30)).sum(axis=0) % 2) * contrast
    return encoded((slope + board).astype(np.uint8))


def test_slopes_are_blurry_and_drawings_are_not(case: Case):
    sharp, blurred = waves(11), waves(9)
    assert look(sharp).edges[0] > 20 > look(blurred).edges[0]
    assert BLURRY not in found(case, [sharp] * 20)
    assert [*found(case, [blurred] * 20)] == [BLURRY]
    drawing = np.full((60, 60), 100, np.uint8)
    drawing[20:40, 20:40] = 120
    assert look(encoded(drawing)).edges[0] < 20 < look(encoded(drawing)).peaks[0]
    assert found(case, [encoded(drawing)] * 20) == {}


def test_evaluation_images_are_spoken_of_unless_training_reads_them_too(case: Case):
    dark = write(case.folder / "dark.record", [features(BOX, image__encoded=[two_levels(10, 20, 0.5)])] * 10)
    sound = write(case.folder / "sound.record", [features(BOX, image__encoded=[picture()])] * 10)
    reader = case.config.eval_input_reader.add()
    reader.CopyFrom(case.config.train_input_reader)
    for train, files in ((sound, [True]), (dark, [False])):
        case.config.train_input_reader.tf_record_input_reader.input_path[:] = [str(train)]
        reader.tf_record_input_reader.input_path[:] = [str(dark)]
        case.write()
        said = [finding.message for finding in case.report().findings if finding.code == DARK]
        assert ["10 of 10 evaluation images are dark" in message for message in said] == files


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
