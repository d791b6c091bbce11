"""A box without area."""

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
    silent_impact="worse: no anchor matches the box, which adds to the loss",
    verified_by=("tests/trainer/test_records_agree.py",),
    what="xmin equals xmax, or ymin equals ymax.",
    why="It trains, with a high loss (26.7 in place of 1.8 in a small test): no anchor can match it.",
    fix="Leave such boxes out when the records are made.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """A hit for each such box."""
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
    said, field = f"{axis}min and {axis}max are both {xmin if axis == 'x' else ymin:g}", f"image/object/bbox/{axis}min"
    message = f"Box {boxes.number[box]}: {said}.{crop_note(settings)}"
    return Hit(chunk.file, message, chunk.first + int(boxes.record[box]), field)
