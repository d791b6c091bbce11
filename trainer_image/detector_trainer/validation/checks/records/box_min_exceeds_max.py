"""A box whose minimum is above its maximum."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Boxes, Chunk
from detector_trainer.records.crop_note import crop_note
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.tally import Hit, first_of
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/box-min-exceeds-max",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(30,),
    silent_impact="useless where an augmentation crops: it drops the box, and the object is learned as background",
    verified_by=("tests/trainer/test_records_agree.py",),
    what="xmin is above xmax, or ymin above ymax.",
    why=('The trainer fails with "assertion failed: [[0.6]] [[0.2]] …", or silently drops the box if an augmentation crops.'),
    fix="Swap the two values when you create the records; check that x and y, and width and xmax, are not mixed up.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """Yield a hit for each such box."""
    boxes = chunk.boxes()
    ymin, xmin, ymax, xmax = boxes.sides
    with np.errstate(invalid="ignore"):
        bad = (xmin > xmax) | (ymin > ymax)
    found = np.flatnonzero(bad)
    hits = (_hit(chunk, settings, boxes, int(box)) for box in found)
    yield from first_of(hits, len(found))


def _hit(chunk: Chunk, settings: ReaderSettings, boxes: Boxes, box: int) -> Hit:
    ymin, xmin, ymax, xmax = (float(side[box]) for side in boxes.sides)
    axis = "x" if xmin > xmax else "y"
    low, high = (xmin, xmax) if axis == "x" else (ymin, ymax)
    detail, field = f"{axis}min {low:g} > {axis}max {high:g}", f"image/object/bbox/{axis}min"
    message = f"Box {boxes.number[box]}: {detail}.{crop_note(settings)}"
    return Hit(chunk.file, message, chunk.first + int(boxes.record[box]), field)
