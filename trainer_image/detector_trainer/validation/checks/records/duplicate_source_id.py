"""Evaluation images share a source_id."""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import google_crc32c
import numpy as np

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.records.accumulator import Sums, column
from detector_trainer.records.chunk import Chunk, values_of
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.schema import SOURCE_ID
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/duplicate-source-id",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(37,),
    silent_impact="worse: the training is not affected, but the evaluation measures only a part",
    verified_by=(
        "object_detection/metrics/coco_evaluation.py",
        "tests/unit/validation/checks/records/test_duplicate_source_id.py",
    ),
    what="Evaluation records share an image/source_id, or have none.",
    why=(
        'The evaluation ignores all but the first of them ("Ignoring ground truth with image id"): it measures a part '
        "of the images."
    ),
    fix="Write a unique image/source_id for each image.",
)


class SourceIds(Sums):
    """The ids of the evaluation images."""

    code = RULE.code
    hashes: array[int] = column()
    """Size and CRC32C of each. Empty ids are omitted: the trainer replaces them with random ones
    (inputs.py, _replace_empty_string_with_random_number)."""

    def add(self, chunk: Chunk, settings: ReaderSettings) -> None:
        """Append the ids of the next records."""
        if not settings.training:
            names = [name for name in values_of(chunk, SOURCE_ID, chunk.parsed) if name]
            self.hashes.extend(len(name) << 32 | google_crc32c.value(name) for name in names)


ACCUMULATORS = (SourceIds,)


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding for each evaluation reader."""
    for _, files, totals in dataset.evals:
        hashes = totals[SourceIds].hashes
        double = len(hashes) - len(np.unique(hashes))
        if double:
            yield RULE.finding(
                f"{double} of {totals.records} evaluation records repeat an image/source_id.",
                where=Where(file=files[0], field="image/source_id"),
                count=double,
            )
