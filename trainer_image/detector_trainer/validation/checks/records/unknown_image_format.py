"""An image in a format the trainer does not decode."""

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
    what="image/encoded is no JPEG, PNG, BMP or GIF.",
    why=('The trainer ends with "Unknown image file format. One of JPEG, PNG, GIF, BMP required" when it draws the record.'),
    fix="Convert the images to JPEG or PNG when the records are made.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:  # noqa: ARG001
    """A hit for each such image."""
    for record, detail in chunk.faulty(State.UNKNOWN):
        yield Hit(chunk.file, f"image/encoded is no image: {detail}.", record, "image/encoded")
