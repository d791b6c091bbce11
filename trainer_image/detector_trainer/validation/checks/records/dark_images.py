"""Images in which hardly anything can be seen for darkness."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.tally import Hit
from detector_trainer.validation.appearance_checks import InspectedImages, findings_if_many, hits
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

BRIGHTEST = 0.32
"""CleanVision's limit for `dark`: of the brightness that 99 % of the pixels do not exceed."""
RULE = Rule(
    code="records/dark-images",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(38,),
    silent_impact="worse: little to learn in them",
    verified_by=("tests/unit/records/test_appearance.py",),
    what=f"More than one in a hundred images is dark: 99 % of its pixels are below {BRIGHTEST:.0%} of full brightness.",
    why="Little can be learned from them, if they are underexposed or were converted wrongly (16 bits read as 8).",
    fix="Look at the images that are named. If the camera sees such images in use, all is well.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:  # noqa: ARG001
    """A hit for each such image that is not blank."""
    look = chunk.appearance
    dark = look.seen & ~look.flat & (look.high < BRIGHTEST * 255)
    return hits(chunk, dark, lambda index: f"99 % of its pixels are below {look.high[index] / 255:.0%} of full brightness")


ACCUMULATORS = (InspectedImages,)


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """One finding for each reader."""
    return findings_if_many(RULE, dataset, "are dark")
