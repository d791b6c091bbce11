"""The model learns scores instead of classes, but a record does not have one for each box and class (inputs.py: transform_input_data)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.schema import SCORES
from detector_trainer.records.tally import Hit
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/multiclass-scores-mismatch",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    silent_impact=(
        "useless where a record has no scores: its boxes are learned as the next class, those of the last class as none; "
        "and where a score is nan or inf: the loss is nan"
    ),
    verified_by=("tests/oracle/test_recorded.py",),
    what="use_multiclass_scores is set, but a record does not have num_classes finite scores for each box.",
    why='The trainer fails with "Input to reshape"; from a record without scores it silently learns wrong classes.',
    fix="Write num_classes scores for each box, box after box; or remove use_multiclass_scores.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """Yield a hit for each such record."""
    if not settings.num_scores or SCORES not in chunk.columns:  # if they are not loaded, a check of the config reports it
        return
    found, boxes = chunk.lengths(SCORES), chunk.boxes().counts
    usable = chunk.parsed & chunk.boxes().usable
    values, record = chunk.columns[SCORES].values, np.repeat(np.arange(chunk.size), found)
    broken = np.bincount(record[~np.isfinite(values)], minlength=chunk.size) > 0
    for index in np.flatnonzero(usable & broken):
        yield Hit(chunk.file, "A score is not finite.", chunk.first + int(index), SCORES)
    for index in np.flatnonzero(usable & ~broken & (found != boxes * settings.num_scores)):
        needed = f"{boxes[index]} boxes of {settings.num_scores} classes require {boxes[index] * settings.num_scores}"
        yield Hit(chunk.file, f"{found[index]} scores; {needed}.", chunk.first + int(index), SCORES)
