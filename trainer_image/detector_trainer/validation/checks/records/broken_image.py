"""An image is truncated or damaged."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.image import State
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.tally import Hit
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/broken-image",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(33,),
    verified_by=("tests/trainer/test_records_agree.py", "tests/trainer/test_images_agree.py"),
    what="The image cannot be decoded.",
    why=('The trainer fails with "jpeg::Uncompress failed" or "Invalid PNG data" when it reads the record, minutes or days in.'),
    fix="Create the record again from an undamaged file; the usual cause is an incomplete download.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:  # noqa: ARG001
    """Yield a hit for each such image."""
    for record, detail in chunk.faulty(State.BROKEN):
        yield Hit(chunk.file, f"{detail[0].upper()}{detail[1:]}.", record, "image/encoded")
