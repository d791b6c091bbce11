"""A box that is thinner than a pixel of its image."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.tally import Hit, first_of
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/box-tiny",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(32,),
    silent_impact="worse: the box shows no object but adds to the loss",
    verified_by=("tests/trainer/test_records_agree.py",),
    what="A box is less than half a pixel wide or high.",
    why="The trainer accepts it, with a high loss (21.7 instead of 1.8 in a small test): the box shows no object.",
    fix="Omit such boxes when you create the records; the usual cause is a second division by the size of the image.",
)
PIXELS = 0.5
SHARE = 0.01  # of the image; an image of a few pixels may have valid boxes of less than one


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:  # noqa: ARG001
    """Yield a hit for each such box of an image whose size is known."""
    boxes = chunk.boxes()
    ymin, xmin, ymax, xmax = boxes.sides
    with np.errstate(invalid="ignore"):
        shares = np.stack([ymax - ymin, xmax - xmin])
        pixels = shares * chunk.image_sizes[boxes.record].T
        bad = (pixels > 0).all(axis=0) & ((pixels < PIXELS) & (shares < SHARE)).any(axis=0)
    height, width = pixels
    found = np.flatnonzero(bad)
    hits = (
        Hit(
            chunk.file,
            f"Box {boxes.number[box]} is {width[box]:.2g} x {height[box]:.2g} pixels large.",
            chunk.first + int(boxes.record[box]),
            "image/object/bbox/xmin" if width[box] < height[box] else "image/object/bbox/ymin",
        )
        for box in map(int, found)
    )
    yield from first_of(hits, len(found))
