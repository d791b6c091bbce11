"""An image has more boxes than max_number_of_boxes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.tally import Hit, first_of
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/too-many-boxes",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(34,),
    silent_impact="worse: the boxes beyond the limit are learned as background",
    verified_by=("tests/trainer/test_records_agree.py",),
    what="An image has more boxes than the reader's max_number_of_boxes (100 by default).",
    why="The trainer silently drops the boxes beyond the limit. It does not read the field of the same name in train_config.",
    fix="Raise max_number_of_boxes in the input reader.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """Yield a hit for each such image."""
    counts = chunk.boxes().counts
    found = np.flatnonzero(counts > settings.max_boxes)
    hits = (
        Hit(
            chunk.file,
            f"{counts[i]} boxes; {settings.reader}.max_number_of_boxes is {settings.max_boxes}.",
            chunk.first + int(i),
            "image/object/bbox",
            f"Set max_number_of_boxes to at least {counts[i]} in the input reader.",
        )
        for i in found
    )
    yield from first_of(hits, len(found))
