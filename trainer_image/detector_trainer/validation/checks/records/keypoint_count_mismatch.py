"""A record does not have num_keypoints keypoints for each box."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.schema import KEYPOINTS
from detector_trainer.records.tally import Hit
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/keypoint-count-mismatch",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(35,),
    silent_impact="worse, a warning, where there are too many keypoints: those at the end are dropped",
    verified_by=("tests/trainer/test_records_agree.py",),
    what="num_keypoints is set, but a record does not have that many keypoints for each box.",
    why=(
        'With too few the trainer fails with "indices[0] = 0 is not in [0, 0)", with a number that num_keypoints does not divide with '
        '"Input to reshape"; it silently drops keypoints that are too many, and ignores a visibility of another length.'
    ),
    fix="Write num_keypoints values of x, y and visibility for each box; NaN for missing ones.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """Yield a hit for each such record. Keypoints of whole objects without boxes are valid."""
    if not settings.num_keypoints:
        return
    boxes = chunk.boxes().counts
    needed = boxes * settings.num_keypoints
    x, y, visibility = (chunk.lengths(name) for name in KEYPOINTS)
    fails = (x != y) | (x % settings.num_keypoints != 0) | (x < needed)
    worse = ((x > needed) & (boxes > 0)) | ((visibility > 0) & (visibility != x))
    for index in np.flatnonzero(chunk.parsed & chunk.boxes().usable & (fails | worse)):
        counts = f"{x[index]} values of x, {y[index]} of y, {visibility[index]} of visibility"
        yield Hit(
            chunk.file,
            f"{counts}; {boxes[index]} boxes require {needed[index]} ({settings.num_keypoints} for each).",
            chunk.first + int(index),
            KEYPOINTS[0],
            severity=None if fails[index] else Severity.WARNING,
        )
