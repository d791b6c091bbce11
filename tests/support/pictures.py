"""Pictures whose appearance is known, and what the checks of appearance and of near duplicates report about them."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from detector_trainer.contract import Finding
from support.breaking import BOX
from support.inputs import Case
from support.records import Features, features, write

APPEARANCE = {"records/dark-images", "records/overexposed-images", "records/blank-images", "records/blurry-images"}
NEAR = {"records/near-duplicate-images", "records/train-eval-near-duplicates"}


def encoded(pixels: NDArray[np.uint8], kind: str = "PNG") -> bytes:
    """Return an image file of these pixels."""
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, kind)
    return data.getvalue()


def two_levels(below: int, above: int, share_above: float) -> bytes:
    """Return a grey picture of 20 x 50 pixels, of which a share has another level, spread over it."""
    pixels = np.full(1000, below, np.uint8)
    pixels[: round(share_above * 1000)] = above
    return encoded(np.random.default_rng(0).permutation(pixels).reshape(20, 50))


def waves(contrast: int) -> bytes:
    """Return slopes over all grey levels, with a chessboard of that contrast on them."""
    slope = np.linspace(20, 220, 30)[None, :] * np.ones((30, 1))
    board = (np.indices((30, 30)).sum(axis=0) % 2) * contrast
    return encoded((slope + board).astype(np.uint8))


def appearance_findings(case: Case, images: list[bytes]) -> dict[str, Finding]:
    """Return what the checks of appearance report about training images."""
    case.config.ClearField("eval_input_reader")
    records: list[Features] = [features(BOX, image__encoded=[data]) for data in images]
    case.config.train_input_reader.tf_record_input_reader.input_path[:] = [str(write(case.folder / "0.record", records))]
    case.write()
    return {finding.code: finding for finding in case.report().findings if finding.code in APPEARANCE}


@cache
def photograph(number: int, quality: int = 90, size: tuple[int, int] = (160, 120)) -> bytes:
    """Return a picture that is different for each number, in this quality and size."""
    coarse = np.random.default_rng(number).integers(0, 256, (9, 12, 3), np.uint8)
    data = io.BytesIO()
    Image.fromarray(coarse).resize(size).save(data, "JPEG", quality=quality)
    return data.getvalue()


def photographs(numbers: range, quality: int = 90, size: tuple[int, int] = (160, 120)) -> list[Features]:
    """Return records of these pictures."""
    return [features(BOX, image__encoded=[photograph(number, quality, size)]) for number in numbers]


def near_duplicates(case: Case, train: list[list[Features]], evaluation: list[Features] | None = None) -> dict[str, Finding]:
    """Return what the checks of near duplicates report about these files."""
    paths = [write(case.folder / f"{number}.record", part) for number, part in enumerate(train)]
    case.config.train_input_reader.tf_record_input_reader.input_path[:] = [str(path) for path in paths]
    case.config.ClearField("eval_input_reader")
    if evaluation is not None:
        reader = case.config.eval_input_reader.add()
        reader.CopyFrom(case.config.train_input_reader)
        reader.tf_record_input_reader.input_path[:] = [str(write(case.folder / "eval.record", evaluation))]
    case.write()
    return {finding.code: finding for finding in case.report().findings if finding.code in NEAR}
