"""Masks are loaded, but a record with boxes has none."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.schema import MASK
from detector_trainer.records.tally import Hit, first_of
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/masks-missing",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(35,),
    verified_by=("tests/trainer/test_records_agree.py",),
    what="load_instance_masks is set, but a record with boxes has no masks.",
    why='The trainer fails with "indices[0] = 0 is not in [0, 0)" when it reads the record.',
    fix="Write image/object/mask, or remove load_instance_masks.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """Yield a hit for each such record."""
    if not settings.masks:
        return
    found = np.flatnonzero(chunk.parsed & (chunk.boxes().counts > 0) & (chunk.lengths(MASK) == 0))
    hits = (Hit(chunk.file, f"{chunk.boxes().counts[i]} boxes, but no masks.", chunk.first + int(i), MASK) for i in found)
    yield from first_of(hits, len(found))
