"""A box has a coordinate that is NaN or infinite."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Boxes, Chunk
from detector_trainer.records.crop_note import crop_note
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.schema import SIDES
from detector_trainer.records.tally import Hit, first_of
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/box-not-finite",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(32,),
    silent_impact="useless: one infinite box makes the loss infinite permanently; NaN drops the box",
    verified_by=("tests/trainer/test_records_agree.py",),
    what="A box has a coordinate that is NaN or infinite.",
    why="An infinite coordinate makes the loss infinite permanently; a box with NaN is dropped silently.",
    fix="Omit the box when you create the records; the usual cause is a division by an image size of 0.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """Yield a hit for each such box."""
    boxes = chunk.boxes()
    with np.errstate(invalid="ignore"):
        bad = ~np.isfinite(boxes.sides).all(axis=0)
    found = np.flatnonzero(bad)
    hits = (_hit(chunk, settings, boxes, int(box)) for box in found)
    yield from first_of(hits, len(found))


def _hit(chunk: Chunk, settings: ReaderSettings, boxes: Boxes, box: int) -> Hit:
    ymin, xmin, ymax, xmax = (float(side[box]) for side in boxes.sides)
    value, field = next(
        (v, f)
        for v, f in zip((xmin, ymin, xmax, ymax), (SIDES[1], SIDES[0], SIDES[3], SIDES[2]), strict=True)
        if not np.isfinite(v)
    )
    detail = f"{field.rpartition('/')[2]} is {value:g}"
    message = f"Box {boxes.number[box]}: {detail}.{crop_note(settings)}"
    return Hit(chunk.file, message, chunk.first + int(boxes.record[box]), field)
