"""A record without an image."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.image import State
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.tally import Hit
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/missing-image",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(26, 36),
    verified_by=("tests/trainer/test_records_agree.py",),
    what="A record has no image/encoded, or an empty one.",
    why=(
        'The trainer ends with "Input is empty" when it draws the record. A SequenceExample read as an Example looks '
        "like this too."
    ),
    fix=("Write the bytes of the image file into image/encoded; for SequenceExamples set input_type: TF_SEQUENCE_EXAMPLE."),
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:  # noqa: ARG001
    """A hit for each such image."""
    for record, _ in chunk.faulty(State.MISSING):
        if record - chunk.first in chunk.sequence_examples:
            said, hint = "The record is a tf.train.SequenceExample.", "Set input_type: TF_SEQUENCE_EXAMPLE in the input reader."
        else:
            said, hint = "image/encoded is missing or empty.", None
        yield Hit(chunk.file, said, record, "image/encoded", hint)
