"""Not one mask for each box."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Severity
from detector_trainer.validation.rule import Cost, Rule
from detector_trainer.validation.scan.chunk import MASK, Chunk
from detector_trainer.validation.scan.job import Job
from detector_trainer.validation.scan.tally import Hit

RULE = Rule(
    code="records/mask-count",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(35,),
    what="A record has not one mask of the size of the image for each box.",
    why=(
        'Numerical masks of another size end the trainer with "Input to reshape"; PNG masks of another number train '
        "the wrong objects, silently."
    ),
    fix="Write one mask for each box, of the height and width of the image.",
)


def check(chunk: Chunk, job: Job) -> Iterator[Hit]:
    """A hit for each such record that has masks."""
    if not job.masks:
        return
    found, boxes = chunk.lengths(MASK), chunk.boxes().counts
    wanted = boxes.astype(np.int64)
    if job.masks == "numerical":
        wanted = wanted * _scalar(chunk, "image/height") * _scalar(chunk, "image/width")
    for index in np.flatnonzero(chunk.boxes().usable & (found > 0) & (found != wanted)):
        yield Hit(
            chunk.file,
            f"{found[index]} mask values for {boxes[index]} boxes; {wanted[index]} are needed.",
            chunk.first + int(index),
            MASK,
        )


def _scalar(chunk: Chunk, name: str) -> np.ndarray:
    """The values of a scalar, 1 where it is missing (the trainer's default)."""
    values = np.ones(chunk.size, np.int64)
    values[chunk.columns[name].lengths == 1] = chunk.columns[name].values
    return values
