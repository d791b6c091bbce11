"""The same image occurs several times."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.records.image_hashes import ImageHashes
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/duplicate-images",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(38,),
    silent_impact="worse: the dataset is smaller than it seems",
    verified_by=("tests/unit/validation/checks/records/test_duplicate_images.py",),
    what="More than one in a hundred training images is an exact copy of another.",
    why="The dataset is smaller than it seems, and copies with different annotations contradict each other.",
    fix="Write one record for each image, with all of its boxes; check whether a directory was converted twice.",
)
ACCUMULATORS = (ImageHashes,)
SHARE = 0.01
FEW = 10


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding. A scan without decoding and without evaluation has no hashes and yields nothing."""
    hashes = np.array(dataset.train[ImageHashes].exact, np.uint64)
    hashes = hashes[hashes != 0]
    _, times = np.unique(hashes, return_counts=True)
    copies = len(hashes) - len(times)
    if copies >= FEW and copies > SHARE * len(hashes):
        yield RULE.finding(
            f"{copies:,} of {len(hashes):,} training images are copies of others; one image occurs {times.max():,} times.",
            where=Where(file=dataset.train_files[0], field="image/encoded"),
            count=copies,
        )
