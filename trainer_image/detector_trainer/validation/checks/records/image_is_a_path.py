"""image/encoded contains the path of the image."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.image import State
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.tally import Hit
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/image-is-a-path",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(33,),
    verified_by=("tests/trainer/test_records_agree.py",),
    what="image/encoded contains a path, not the bytes of the image.",
    why='The trainer fails with "Unknown image file format" when it reads the record.',
    fix='Write the bytes of the file: open(path, "rb").read().',
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:  # noqa: ARG001
    """Yield a hit for each such image."""
    for record, detail in chunk.faulty(State.A_PATH):
        yield Hit(chunk.file, f"image/encoded is the text {detail!r}, not an image.", record, "image/encoded")
