"""Evaluation images look like training images."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.records.hash_neighbours import DISTANCE, find_neighbours
from detector_trainer.records.image_hashes import HashedImages, ImageHashes
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/train-eval-near-duplicates",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(25,),
    silent_impact="worse: the numbers of the evaluation are too good",
    verified_by=("tests/unit/validation/checks/records/test_train_eval_near_duplicates.py",),
    what=(
        "More than one in 200 evaluation images looks like a training image without being an exact copy: their perceptual "
        f"hashes differ in at most {DISTANCE} of 64 bits."
    ),
    why="The evaluation partly measures memorized images: its numbers are too good.",
    fix="Split by scene, video or camera, not by image; check the named pair.",
)
ACCUMULATORS = (ImageHashes,)
SHARE = 0.005
"""The limit of Deepchecks' `similar image leakage`."""
FEW = 5


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding for each evaluation reader, with a pair."""
    trained = HashedImages(dataset.train[ImageHashes])
    for name, _, totals in dataset.evals:
        evaluated = HashedImages(totals[ImageHashes], without=dataset.train[ImageHashes])
        hashes = np.union1d(trained.hashes, evaluated.hashes)
        asks, answers = np.isin(hashes, evaluated.hashes), np.isin(hashes, trained.hashes)
        partner = find_neighbours(hashes, asks, answers)
        both = np.flatnonzero(asks & answers)
        partner[both] = both
        like = np.isin(evaluated.hashes, hashes[partner >= 0])
        number = int(evaluated.counts[like].sum())
        if number < FEW or number <= SHARE * len(np.unique(totals[ImageHashes].exact)):
            continue
        chosen = evaluated.earliest(like)
        other = hashes[partner[np.searchsorted(hashes, evaluated.hashes[chosen])]]
        file, record = totals.place(evaluated.first(chosen))
        trained_file, trained_record = dataset.train.place(trained.first(int(np.searchsorted(trained.hashes, other))))
        yield RULE.finding(
            f"{number:,} evaluation images look like training images: record {record} of {file} like record {trained_record} of "
            f"{trained_file}.",
            where=Where(file=file, record=record, field=f"{name}.tf_record_input_reader.input_path"),
            count=number,
        )
