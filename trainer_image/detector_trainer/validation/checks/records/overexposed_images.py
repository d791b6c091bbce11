"""Images are overexposed."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.tally import Hit
from detector_trainer.validation.appearance_checks import InspectedImages, findings_if_many, hits
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

DARKEST = 0.95
"""CleanVision's limit for `light`: the brightness that 95 % of the pixels exceed."""
RULE = Rule(
    code="records/overexposed-images",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(38,),
    silent_impact="worse: the model learns little from them",
    verified_by=("tests/unit/validation/checks/records/test_overexposed_images.py",),
    what=f"More than one in a hundred images is overexposed: 95 % of its pixels are above {DARKEST:.0%} of full brightness.",
    why="The objects are white, so the model cannot learn them.",
    fix="Check the named images. If they are drawings on white, or the camera produces such images in production, ignore this code.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:  # noqa: ARG001
    """Yield a hit for each such image that is not blank."""
    look = chunk.appearance
    light = look.seen & ~look.flat & (look.low > DARKEST * 255)
    return hits(chunk, light, lambda index: f"95 % of its pixels are above {look.low[index] / 255:.0%} of full brightness")


ACCUMULATORS = (InspectedImages,)


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding for each reader."""
    return findings_if_many(RULE, dataset, "are overexposed")
