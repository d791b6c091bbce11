"""The trainer does not decode the format of an image."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.image import State
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.tally import Hit
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/unknown-image-format",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(33,),
    verified_by=("tests/trainer/test_records_agree.py", "tests/trainer/test_images_agree.py"),
    what="image/encoded is not a JPEG, PNG, BMP or GIF.",
    why=('The trainer fails with "Unknown image file format. One of JPEG, PNG, GIF, BMP required" when it reads the record.'),
    fix="Convert the images to JPEG or PNG when you create the records.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:  # noqa: ARG001
    """Yield a hit for each such image."""
    for record, detail in chunk.faulty(State.UNKNOWN):
        yield Hit(chunk.file, f"image/encoded is not an image: {detail}.", record, "image/encoded")
