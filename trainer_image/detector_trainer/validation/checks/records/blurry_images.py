"""Images are blurry."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.records.appearance import SIDE
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.tally import Hit
from detector_trainer.validation.appearance_checks import InspectedImages, findings_if_many, hits
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

EDGES = 20.0
"""Sharp photographs of examples/pets have 57 to 84, and 11 to 27 after a blur of 2.4 % of their longer side. CleanVision's limit for
`blurry` (0.29) separates them too; it is another number because it counts the border as edges."""
PEAKS = 20.0
"""CleanVision's limit for it (0.18): an image with few grey levels is a drawing, not blurry."""
RULE = Rule(
    code="records/blurry-images",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(38,),
    silent_impact="worse: the model learns little from them",
    verified_by=("tests/unit/validation/checks/records/test_blurry_images.py",),
    what=f"More than one in a hundred images is blurry: scaled down to {SIDE} pixels, it still has almost no edges.",
    why="The model learns from edges; boxes around unrecognizable objects are guesses.",
    fix="Check the named images. If the camera produces such images in production, ignore this code.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:  # noqa: ARG001
    """Yield a hit for each such image that is neither blank nor a drawing."""
    look = chunk.appearance
    blurry = look.seen & ~look.flat & (look.edges < EDGES) & (look.peaks <= PEAKS)
    return hits(chunk, blurry, lambda index: f"its edges have {look.edges[index]:.0f} of 255, where {EDGES:.0f} are few")


ACCUMULATORS = (InspectedImages,)


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding for each reader."""
    return findings_if_many(RULE, dataset, "are blurry")
