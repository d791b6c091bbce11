"""A record is not a tf.train.Example."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.tally import Hit, first_of
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/not-an-example",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(36,),
    verified_by=("tests/trainer/test_records_agree.py",),
    what="The bytes of a record are not a tf.train.Example.",
    why='The trainer fails with "Could not parse example input".',
    fix="Write example.SerializeToString() into the record.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:  # noqa: ARG001
    """Yield a hit for each such record."""
    hits = (Hit(chunk.file, "The record is not a tf.train.Example.", chunk.first + index) for index in chunk.not_examples)
    yield from first_of(hits, len(chunk.not_examples))
