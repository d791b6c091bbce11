"""Images consist of one colour."""

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
    silent_impact="worse: the model cannot learn from them",
    verified_by=("tests/unit/validation/checks/records/test_blank_images.py",),
    what=f"More than one in a hundred images consists of one colour: its grey levels differ by at most {FLAT} of 256.",
    why="They show no objects, for example because a camera was off or a conversion lost the pixels. Boxes in them mislead the model.",
    fix="Check the named images; create their records again, or remove them.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:  # noqa: ARG001
    """Yield a hit for each such image."""
    look = chunk.appearance
    return hits(chunk, look.flat, lambda index: f"all pixels have grey level {look.mean[index]} of 255")


ACCUMULATORS = (InspectedImages,)


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding for each reader."""
    return findings_if_many(RULE, dataset, "consist of one colour")
