"""An image is larger than the decoder supports."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.image import State
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.tally import Hit
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/image-too-large",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(33,),
    verified_by=("tests/trainer/test_images_agree.py", "tests/unit/validation/checks/records/test_image_too_large.py"),
    what="The image has more pixels than the decoder supports (2^31 bytes).",
    why="The trainer fails when it reads the record.",
    fix="Scale the image down when you create the records.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:  # noqa: ARG001
    """Yield a hit for each such image."""
    for record, detail in chunk.faulty(State.TOO_LARGE):
        yield Hit(chunk.file, f"The image has {detail}.", record, "image/encoded")
