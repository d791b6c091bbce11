"""Images are dark."""

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
"""CleanVision's limit for `dark`: the brightness that 99 % of the pixels do not exceed."""
RULE = Rule(
    code="records/dark-images",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(38,),
    silent_impact="worse: the model learns little from them",
    verified_by=("tests/unit/validation/checks/records/test_dark_images.py",),
    what=f"More than one in a hundred images is dark: 99 % of its pixels are below {BRIGHTEST:.0%} of full brightness.",
    why="If they are underexposed or were converted incorrectly (16 bits read as 8), the model learns little from them.",
    fix="Check the named images. If the camera produces such images in production, ignore this code.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:  # noqa: ARG001
    """Yield a hit for each such image that is not blank."""
    look = chunk.appearance
    dark = look.seen & ~look.flat & (look.high < BRIGHTEST * 255)
    return hits(chunk, dark, lambda index: f"99 % of its pixels are below {look.high[index] / 255:.0%} of full brightness")


ACCUMULATORS = (InspectedImages,)


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding for each reader."""
    return findings_if_many(RULE, dataset, "are dark")
