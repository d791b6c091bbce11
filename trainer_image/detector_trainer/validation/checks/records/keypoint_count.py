"""Not num_keypoints keypoints for each box."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Severity
from detector_trainer.validation.rule import Cost, Rule
from detector_trainer.validation.scan.chunk import KEYPOINTS, Chunk
from detector_trainer.validation.scan.job import Job
from detector_trainer.validation.scan.tally import Hit

RULE = Rule(
    code="records/keypoint-count",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(35,),
    what="num_keypoints is set, and a record has another number of keypoints.",
    why='The trainer ends with "Input to reshape", or "indices[0] = 0 is not in [0, 0)".',
    fix="Write num_keypoints values of x and y for each box; NaN for those that are not there.",
)


def check(chunk: Chunk, job: Job) -> Iterator[Hit]:
    """A hit for each such record."""
    if not job.num_keypoints:
        return
    wanted = chunk.boxes().counts * job.num_keypoints
    for name in KEYPOINTS:
        if name.endswith("visibility"):
            continue
        found = chunk.lengths(name)
        for index in np.flatnonzero(chunk.boxes().usable & (found != wanted)):
            yield Hit(
                chunk.file,
                f"{found[index]} values of {name}, {wanted[index]} are needed ({job.num_keypoints} for each box).",
                chunk.first + int(index),
                name,
            )
