"""The weight of a box is not a number, or infinite."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Severity
from detector_trainer.records import wire
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.schema import MASK_WEIGHT, WEIGHT
from detector_trainer.records.tally import Hit, first_of
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/weight-not-finite",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    silent_impact="worthless: the loss is nan from the first such image on, and so is every variable after it",
    verified_by=("tests/oracle/test_recorded.py",),
    what="The weight of a box, or of a mask that a CenterNet learns, is nan or inf.",
    why="The loss of the box is multiplied by it.",
    fix="Write a finite weight, 1 for a box like all others; or leave the feature out.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """A hit for each such weight. What is beyond the last box is dropped."""
    for name in (WEIGHT, MASK_WEIGHT) if "mask_estimation_task" in settings.learned and settings.masks else (WEIGHT,):
        values, lengths = chunk.columns[name].values, chunk.lengths(name)
        if not len(values) or np.isfinite(values).all():
            continue
        record, number = np.repeat(np.arange(chunk.size), lengths), wire.within(lengths)
        found = np.flatnonzero(~np.isfinite(values) & chunk.parsed[record] & (number < chunk.boxes().counts[record]))
        hits = (
            Hit(chunk.file, f"Box {number[i]}: the weight is {values[i]:g}.", chunk.first + int(record[i]), name) for i in found
        )
        yield from first_of(hits, len(found))
