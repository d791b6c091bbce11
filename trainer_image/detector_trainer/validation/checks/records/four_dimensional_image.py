"""An image is a GIF or a WebP, or its image/format is `raw`."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.image import State
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.tally import Hit
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/four-dimensional-image",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(33,),
    verified_by=("tests/trainer/test_records_agree.py", "tests/trainer/test_images_agree.py"),
    what="The image is a GIF or WebP, which decode to four dimensions, or its format is `raw`.",
    why='The trainer fails with "input must be 4-dimensional" or "image_size must contain 3 elements[4]".',
    fix="Convert the images to JPEG or PNG; image/format can be omitted.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:  # noqa: ARG001
    """Yield a hit for each such image."""
    for record, detail in chunk.faulty(State.FOUR_DIMENSIONAL):
        yield Hit(
            chunk.file,
            f"{detail[0].upper()}{detail[1:]}, which does not decode to a single image of three channels.",
            record,
            "image/encoded",
        )
