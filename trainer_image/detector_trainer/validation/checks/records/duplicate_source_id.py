"""Evaluation images that share a source_id."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.rule import Cost, Rule
from detector_trainer.validation.scan.totals import Dataset

RULE = Rule(
    code="records/duplicate-source-id",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(37,),
    silent="worse: what is trained is sound, what is measured is a part",
    held_by=("object_detection/metrics/coco_evaluation.py", "tests/unit/records/test_records.py"),
    what="Evaluation records share an image/source_id, or have none.",
    why=(
        'The evaluation ignores all but the first of them ("Ignoring ground truth with image id"): it measures a part '
        "of the images."
    ),
    fix="Give each image an image/source_id of its own.",
)


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """One finding for each evaluation reader."""
    for _, files, totals in dataset.evals:
        double = len(totals.source_hashes) - len(np.unique(totals.source_hashes))
        if double:
            yield RULE.finding(
                f"{double} of {totals.records} evaluation records repeat an image/source_id.",
                where=Where(file=files[0], field="image/source_id"),
                count=double,
            )
