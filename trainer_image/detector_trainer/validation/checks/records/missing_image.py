"""A record has no image."""

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
        'The trainer fails with "Input is empty" when it reads the record. A SequenceExample that is read as an '
        "Example has the same effect."
    ),
    fix=("Write the bytes of the image file into image/encoded; for SequenceExamples set input_type: TF_SEQUENCE_EXAMPLE."),
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:  # noqa: ARG001
    """Yield a hit for each such image."""
    for record, _ in chunk.faulty(State.MISSING):
        if record - chunk.first in chunk.sequence_examples:
            detail, hint = "The record is a tf.train.SequenceExample.", "Set input_type: TF_SEQUENCE_EXAMPLE in the input reader."
        else:
            detail, hint = "image/encoded is missing or empty.", None
        yield Hit(chunk.file, detail, record, "image/encoded", hint)
