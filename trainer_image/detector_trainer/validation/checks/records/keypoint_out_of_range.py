"""A keypoint that a CenterNet learns is outside of the image, usually because it is in pixels."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from detector_trainer.contract import Severity
from detector_trainer.records import wire
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.crop_note import crop_note
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.schema import KEYPOINTS
from detector_trainer.records.tally import Hit, first_of
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/keypoint-out-of-range",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(35,),
    silent_impact="worse, a warning, where an augmentation crops: keypoints outside are dropped",
    verified_by=("tests/oracle/test_recorded.py",),
    what="A visible keypoint that a CenterNet learns has a coordinate above 1.01.",
    why=(
        "Coordinates must be divided by the width or height of the image. The trainer fails at the step that reads the record, "
        'with "maximum keypoint coordinate value is larger than 1.01".'
    ),
    fix="Divide x by the width and y by the height of the image; write NaN, or visibility 0, for missing keypoints.",
)
MOST = 1.01  # core/keypoint_ops.py: to_absolute_coordinates


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """Yield a hit for each such coordinate. Padding an image moves its keypoints inwards first."""
    if not settings.num_keypoints or "keypoint_estimation_task" not in settings.learned:
        return
    boxes, shares = chunk.boxes(), _shares(chunk, settings)
    for axis, name in ((1, KEYPOINTS[0]), (0, KEYPOINTS[1])):
        values, lengths = chunk.columns[name].values, chunk.lengths(name)
        record, number = np.repeat(np.arange(chunk.size), lengths), wire.within(lengths)
        with np.errstate(invalid="ignore"):
            found = np.flatnonzero(values * shares[record, axis] > MOST)
        kept = chunk.parsed[record[found]] & (number[found] < boxes.counts[record[found]] * settings.num_keypoints)
        for place, at in enumerate(found.tolist()):
            visibility = chunk.values(KEYPOINTS[2], int(record[at]))
            ignored = len(visibility) != lengths[record[at]]
            kept[place] &= ignored or visibility[number[at]] > 0
        shown = found[kept]
        hits = (_hit(chunk, settings, name, int(record[i]), int(number[i]), float(values[i])) for i in shown.tolist())
        yield from first_of(hits, len(shown))


def _hit(chunk: Chunk, settings: ReaderSettings, name: str, record: int, number: int, value: float) -> Hit:
    box, keypoint = divmod(number, settings.num_keypoints)
    detail = f"Box {box}, keypoint {keypoint}: {name[-1]} is {value:g}.{crop_note(settings)}"
    return Hit(chunk.file, detail, chunk.first + record, name, severity=Severity.WARNING if settings.crop else None)


def _shares(chunk: Chunk, settings: ReaderSettings) -> NDArray[np.float64]:
    """Return the share of the image in the height and width of the padded image: float64[records, 2]."""
    shares = np.ones((chunk.size, 2))
    if settings.resizer is not None and settings.resizer.pads:
        known = np.flatnonzero(chunk.image_sizes[:, 0])
        shares[known] = settings.resizer.resized(chunk.image_sizes[known]) / settings.resizer.high
    return shares
