"""Dense poses are missing, or their points lack coordinates (data_decoders/tf_example_decoder.py)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.schema import DENSE_COORDINATES, DENSE_POINTS
from detector_trainer.records.tally import Hit
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/invalid-dense-poses",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    silent_impact="worse, a warning, where a record has fewer points than their numbers state: zeros are learned instead",
    verified_by=("tests/oracle/test_recorded.py",),
    what="load_dense_pose is set, but a record has no dense poses, or points that lack y, x, v or u.",
    why=(
        'The trainer fails with "Tried to stack elements of an empty list", "Shapes of all inputs must match" or "maximum '
        'coordinate value is larger than 1.01" when it reads the record.'
    ),
    fix="Write the number of points of each box into image/object/densepose/num, 0 if it has none, and all values of each point.",
)
MOST = 1.01  # core/densepose_ops.py: to_absolute_coordinates
GATHERS = "random_crop_image"
"""The augmentation that reads the points of every box."""


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """Yield a hit for each such record."""
    if not settings.has_dense_poses:
        return
    for index in np.flatnonzero(chunk.parsed & chunk.boxes().usable).tolist():
        numbers = chunk.values(DENSE_POINTS, index).tolist()
        coordinates = {name: chunk.values(name, index) for name in DENSE_COORDINATES}
        detail = _wrong(numbers, {name: len(values) for name, values in coordinates.items()})
        name, severity = DENSE_POINTS, None
        if not detail and "densepose_estimation_task" in settings.learned:
            name, detail = _out_of_range(coordinates, sum(numbers))
        if not detail:
            detail = _missing(numbers, int(chunk.boxes().counts[index]), min(len(values) for values in coordinates.values()))
            few = len(numbers) < chunk.boxes().counts[index]
            severity = None if few and settings.crop == GATHERS else Severity.WARNING
        if detail:
            yield Hit(chunk.file, detail, chunk.first + index, name, severity=severity)


def _wrong(numbers: list[int], lengths: dict[str, int]) -> str:
    """Return the problem that makes the trainer fail when it reads the record; empty if there is none."""
    if not numbers:
        return "No dense poses."
    if max(numbers) < 0:
        return f"The numbers of points are negative: {numbers[0]}."
    for begin, end in pairwise(accumulate(numbers, initial=0)):
        found = {name: len(range(length)[begin:end]) for name, length in lengths.items()}  # truncated as in the trainer
        if len(set(found.values())) > 1:
            shown = ", ".join(f"{length} of {name.rpartition('/')[2]}" for name, length in lengths.items())
            return f"The points have different numbers of values: {shown}."
    return ""


def _out_of_range(coordinates: dict[str, NDArray[np.float32]], points: int) -> tuple[str, str]:
    """Return the feature and the problem that make a CenterNet fail, or its loss nan; empty if there is none."""
    for number, (name, values) in enumerate(coordinates.items()):
        used = values[: max(0, points)]
        broken = ~(used <= MOST) if number < 2 else np.isnan(used)  # v and u are clipped to [0, 1]
        if broken.any():
            return name, f"Point {int(broken.argmax())}: {name[-1]} is {used[broken.argmax()]:g}."
    return DENSE_POINTS, ""


def _missing(numbers: list[int], boxes: int, points: int) -> str:
    if len(numbers) < boxes:
        return f"{boxes} boxes, but numbers of points for {len(numbers)}."
    if sum(numbers) > points:
        return f"{points} points, but the numbers state {sum(numbers)}."
    return ""
