"""A box has no area."""

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
    code="records/box-zero-area",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(32,),
    silent_impact="worse: no anchor matches the box, but it adds to the loss",
    verified_by=("tests/trainer/test_records_agree.py",),
    what="xmin equals xmax, or ymin equals ymax.",
    why="The trainer accepts it, with a high loss (26.7 instead of 1.8 in a small test): no anchor can match it.",
    fix="Omit such boxes when you create the records.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """Yield a hit for each such box."""
    boxes = chunk.boxes()
    ymin, xmin, ymax, xmax = boxes.sides
    with np.errstate(invalid="ignore"):
        bad = ((xmin == xmax) & (ymin <= ymax)) | ((ymin == ymax) & (xmin <= xmax))
    found = np.flatnonzero(bad)
    hits = (_hit(chunk, settings, boxes, int(box)) for box in found)
    yield from first_of(hits, len(found))


def _hit(chunk: Chunk, settings: ReaderSettings, boxes: Boxes, box: int) -> Hit:
    ymin, xmin, _, xmax = (float(side[box]) for side in boxes.sides)
    axis = "x" if xmin == xmax else "y"
    detail, field = f"{axis}min and {axis}max are both {xmin if axis == 'x' else ymin:g}", f"image/object/bbox/{axis}min"
    message = f"Box {boxes.number[box]}: {detail}.{crop_note(settings)}"
    return Hit(chunk.file, message, chunk.first + int(boxes.record[box]), field)
