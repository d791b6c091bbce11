"""A record does not have one mask for each box."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk, values_of
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.schema import MASK
from detector_trainer.records.tally import Hit
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/mask-count-mismatch",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(35,),
    silent_impact="worse, a warning, where there are too many masks: those at the end are dropped",
    verified_by=("tests/trainer/test_records_agree.py",),
    what="A record does not have one mask for each box; a numerical mask has image/height x image/width values.",
    why=(
        'With too few the trainer fails with "indices[1] = 1 is not in [0, 1)", with incomplete numerical masks with "Input to '
        'reshape"; it silently drops masks that are too many from the end.'
    ),
    fix="Write one mask for each box, and the height and width of numerical masks into image/height and image/width.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """Yield a hit for each such record that has masks. Whole masks without boxes are valid."""
    if not settings.masks:
        return
    found, boxes = chunk.lengths(MASK), chunk.boxes().counts
    values = np.ones(chunk.size, np.int64)  # of one mask
    if settings.masks == "numerical":
        values = np.maximum(_scalar(chunk, "image/height") * _scalar(chunk, "image/width"), 0)
    whole = (values > 0) & (found % np.maximum(values, 1) == 0)
    wrong = ~whole | ((found != boxes * values) & (boxes > 0))
    for index in np.flatnonzero(chunk.parsed & chunk.boxes().usable & (found > 0) & wrong):
        too_many = whole[index] and found[index] > boxes[index] * values[index]
        yield Hit(
            chunk.file,
            f"{found[index]} mask values for {boxes[index]} boxes; {boxes[index] * values[index]} are required.",
            chunk.first + int(index),
            MASK,
            severity=Severity.WARNING if too_many else None,
        )


def _scalar(chunk: Chunk, name: str) -> NDArray[np.int64]:
    """Return the values of a scalar: int64[records]; 1, the trainer's default, if it is missing or not a scalar (another check reports that)."""
    values = np.ones(chunk.size, np.int64)
    one = chunk.columns[name].lengths == 1
    values[one] = values_of(chunk, name, one)
    return values
