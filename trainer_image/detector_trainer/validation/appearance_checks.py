"""Shared code of the checks of image quality: when dark, blurry, blank or overexposed images are reported."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from detector_trainer.contract import Finding, Where
from detector_trainer.records.accumulator import Sums, total
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.tally import Hit, first_of
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Rule

FEW = 10
SHARE = 0.01
"""Share of all images. One dark photograph among hundreds is normal."""
FIELD = "image/encoded"


class InspectedImages(Sums):
    """Counts the images whose quality was measured."""

    code = "shared/looked-at"
    images: int = total()

    def add(self, chunk: Chunk, settings: ReaderSettings) -> None:  # noqa: ARG002
        """Count the images of the next records."""
        self.images += int(chunk.appearance.seen.sum())


def hits(chunk: Chunk, which: NDArray[np.bool_], value: Callable[[int], str]) -> Iterator[Hit]:
    """Yield the hits of a chunk.

    Args:
        chunk: the records.
        which: bool[records], true for a hit.
        value: describes a record, by its index in the chunk.
    """
    records = np.flatnonzero(which)
    return first_of((Hit(chunk.file, value(int(index)), chunk.first + int(index), FIELD) for index in records), len(records))


def findings_if_many(rule: Rule, dataset: Dataset, what: str) -> Iterator[Finding]:
    """Yield a finding for each reader with many hits: at least FEW, and more than SHARE of its images.

    An evaluation reader that reads only training files is skipped.
    """
    readers = [("training", dataset.train_files, dataset.train)]
    readers += [("evaluation", files, totals) for _, files, totals in dataset.evals if not set(files) <= set(dataset.train_files)]
    for name, _, totals in readers:
        tally, looked_at = totals.hits(rule.code).by_severity.get(None), totals[InspectedImages].images
        if tally is None or tally.count < FEW or tally.count <= SHARE * looked_at:
            continue
        first, *others = tally.examples
        examples = ", ".join(f"record {hit.record} of {hit.file} ({hit.message})" for hit in others)
        yield rule.finding(
            f"{tally.count:,} of {looked_at:,} {name} images {what}, the first: {first.message}."
            + (f" Others: {examples}." if others else ""),
            where=Where(file=first.file, record=first.record, field=FIELD),
            count=tally.count,
        )
