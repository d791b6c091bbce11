"""The same images in training and evaluation."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.records.image_hashes import ImageHashes
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/train-eval-overlap",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(25,),
    silent_impact="worse: what is trained is sound, what is measured is not",
    verified_by=("tests/unit/records/test_records.py",),
    what="Images of the training records are in the evaluation records too.",
    why="The evaluation then measures what was learned by heart: its numbers are too good.",
    fix="Split the images before the records are made, each into one of the two.",
)
ACCUMULATORS = (ImageHashes,)


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """One finding for each evaluation reader."""
    trained = np.unique(dataset.train[ImageHashes].exact)
    for name, files, totals in dataset.evals:
        hashes = np.unique(np.array(totals[ImageHashes].exact, np.uint64))
        hashes = hashes[hashes != 0]
        shared = int(np.isin(hashes, trained, assume_unique=True).sum())
        same_files = set(files) <= set(dataset.train_files)
        if shared:
            yield RULE.finding(
                f"{shared} of {len(hashes)} evaluation images are training images too.",
                where=Where(file=files[0], field=f"{name}.tf_record_input_reader.input_path"),
                count=shared,
                severity=Severity.INFO if same_files else None,  # the config says so itself
            )
