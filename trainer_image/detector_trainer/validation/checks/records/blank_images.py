"""Images of one colour."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.records.appearance import FLAT
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.tally import Hit
from detector_trainer.validation.appearance_checks import InspectedImages, findings_if_many, hits
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/blank-images",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(38,),
    silent_impact="worse: nothing to learn in them",
    verified_by=("tests/unit/records/test_appearance.py",),
    what=f"More than one in a hundred images is of one colour: its grey levels differ by {FLAT} of 256 at most.",
    why="There is nothing in them to find: a camera that was off, or a conversion that lost the pixels. Boxes in them mislead.",
    fix="Look at the images that are named; make their records again, or leave them out.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:  # noqa: ARG001
    """A hit for each such image."""
    look = chunk.appearance
    return hits(chunk, look.flat, lambda index: f"all of it has the grey level {look.mean[index]} of 255")


ACCUMULATORS = (InspectedImages,)


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """One finding for each reader."""
    return findings_if_many(RULE, dataset, "are of one colour")
