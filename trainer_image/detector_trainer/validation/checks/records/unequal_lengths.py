"""Features of one box have different numbers of values."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.schema import LABEL, SIDES, TEXT
from detector_trainer.records.tally import Hit
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/unequal-lengths",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(28,),
    silent_impact="worse, a warning, where there are too many values: those at the end are dropped",
    verified_by=("tests/trainer/test_records_agree.py",),
    what="The features of the boxes of a record do not have the same number of values.",
    why=(
        'With too few values the trainer fails with "ConcatOp", "indices[1] = 1 is not in [0, 1)" or "Input to reshape"; it '
        "silently drops values that are too many from the end."
    ),
    fix="Write one value for each box into every feature; optional features can be omitted.",
)


# The trainer splits these into one row for each box (utils/ops.py, retain_groundtruth): it fails if the number of boxes does not divide
# the number of values, accepts a multiple, and accepts any number if the record has no boxes.
OPTIONAL = ("image/object/area", "image/object/is_crowd", "image/object/difficult")
# With other lengths these train, with wrong values.
SILENT = ("image/object/group_of", "image/object/weight")


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """Yield hits for sides of boxes, classes, and the optional features."""
    lengths = {side: chunk.lengths(side) for side in SIDES}
    for index in np.flatnonzero(~chunk.boxes().usable & chunk.parsed):
        counts = ", ".join(f"{side.rpartition('/')[2]} {lengths[side][index]}" for side in SIDES)
        yield Hit(
            chunk.file,
            f"The four sides of the boxes have different numbers of values: {counts}.",
            chunk.first + int(index),
            SIDES[1],
        )
    usable, boxes = chunk.boxes().usable & chunk.parsed, chunk.boxes().counts
    text, label = chunk.lengths(TEXT), chunk.lengths(LABEL)
    by_text = (text > 0) & settings.has_label_map
    classes = np.where(by_text, text, label)
    for index in np.flatnonzero(usable & (classes != boxes)):
        name = TEXT if by_text[index] else LABEL
        few = classes[index] < boxes[index]
        yield Hit(
            chunk.file,
            f"{boxes[index]} boxes and {classes[index]} values of {name}.",
            chunk.first + int(index),
            name,
            severity=None if few else Severity.WARNING,
        )
    some = usable & (boxes > 0)
    for name in (*OPTIONAL, *SILENT):
        found = chunk.lengths(name)
        for index in np.flatnonzero(some & (found > 0) & (found != boxes)):
            few = found[index] < boxes[index]
            divided = found[index] % boxes[index] == 0
            trains = divided if name in OPTIONAL else not (few and name.endswith("weight") and settings.crop)
            yield Hit(
                chunk.file,
                f"{boxes[index]} boxes and {found[index]} values of {name}.",
                chunk.first + int(index),
                name,
                severity=Severity.WARNING if trains else None,
            )
