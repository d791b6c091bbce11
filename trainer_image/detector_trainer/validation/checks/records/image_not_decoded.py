"""Decoding a JPEG would take too much memory or too many passes."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.image import State
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.tally import Hit
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/image-not-decoded",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(33,),
    silent_impact="worse: if the image is damaged, the trainer fails when it reads the record; otherwise it takes that memory each time",
    verified_by=("tests/unit/records/test_image_memory.py",),
    what="The image was validated by its header only: decoding it takes more memory or time than a validation spends on one image.",
    why=(
        "The decoder keeps all DCT coefficients of a progressive or multi-scan JPEG in memory, two bytes or more per pixel, and each "
        "scan passes over them. The trainer decodes it too, and may be killed because of a lack of memory."
    ),
    fix="Convert it to a baseline JPEG, without loss: `jpegtran -copy all IN > OUT`; or scale it down when the records are created.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:  # noqa: ARG001
    """Yield a hit for each such image."""
    for record, detail in chunk.faulty(State.NOT_DECODED):
        yield Hit(chunk.file, f"The image was not decoded: {detail}.", record, "image/encoded")
