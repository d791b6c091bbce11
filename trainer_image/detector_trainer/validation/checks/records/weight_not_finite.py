"""The weight of a box is NaN or infinite."""

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
    silent_impact="useless: the loss and every variable are nan from the first such image on",
    verified_by=("tests/oracle/test_recorded.py",),
    what="The weight of a box, or of a mask that a CenterNet learns, is nan or inf.",
    why="The loss of the box is multiplied by it.",
    fix="Write a finite weight, usually 1; or omit the feature.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """Yield a hit for each such weight. The trainer drops weights beyond the last box."""
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
