"""Training images are in the evaluation too."""

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
    silent_impact="worse: the training is not affected, but the evaluation is",
    verified_by=("tests/unit/validation/checks/records/test_train_eval_overlap.py",),
    what="Images of the training records are also in the evaluation records.",
    why="The evaluation then measures memorized images: its numbers are too good.",
    fix="Split the images before you create the records, each into one of the two.",
)
ACCUMULATORS = (ImageHashes,)


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding for each evaluation reader."""
    trained = np.unique(dataset.train[ImageHashes].exact)
    for name, files, totals in dataset.evals:
        hashes = np.unique(np.array(totals[ImageHashes].exact, np.uint64))
        hashes = hashes[hashes != 0]
        shared = int(np.isin(hashes, trained, assume_unique=True).sum())
        same_files = set(files) <= set(dataset.train_files)
        if shared:
            yield RULE.finding(
                f"{shared} of {len(hashes)} evaluation images are also training images.",
                where=Where(file=files[0], field=f"{name}.tf_record_input_reader.input_path"),
                count=shared,
                severity=Severity.INFO if same_files else None,  # the config uses the same files on purpose
            )
