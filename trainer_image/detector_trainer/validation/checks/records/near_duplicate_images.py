"""Training images look like each other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.records.hash_neighbours import DISTANCE, find_neighbours
from detector_trainer.records.image_hashes import HashedImages, ImageHashes
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/near-duplicate-images",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(38,),
    silent_impact="worse: the dataset is smaller than it seems",
    verified_by=("tests/unit/validation/checks/records/test_near_duplicate_images.py",),
    what=f"More than one in a hundred training images looks like another: their perceptual hashes differ in at most {DISTANCE} of 64 bits.",
    why="They are frames of one scene, or copies of another size or quality: the dataset is smaller than it seems.",
    fix="Use every tenth frame of a video; keep one image of each such group, and all images of one scene on one side of the split.",
)
ACCUMULATORS = (ImageHashes,)
SHARE = 0.01
FEW = 10


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding, with a pair. Exact copies are not counted."""
    images = HashedImages(dataset.train[ImageHashes])
    everything = np.ones(len(images.hashes), bool)
    partner = find_neighbours(images.hashes, everything, everything)
    alike = (partner >= 0) | (images.counts > 1)
    number = int(images.counts[alike].sum())
    if number < FEW or number <= SHARE * images.number:
        return
    chosen = images.earliest(alike)
    other = images.second(chosen) if images.counts[chosen] > 1 else images.first(int(partner[chosen]))
    (file, index), (other_file, other_index) = dataset.train.place(images.first(chosen)), dataset.train.place(other)
    yield RULE.finding(
        f"{number:,} of {images.number:,} training images look like another one: record {index} of {file} like record "
        f"{other_index} of {other_file}.",
        where=Where(file=file, record=index, field="image/encoded"),
        count=number,
    )
