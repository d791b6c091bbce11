"""A feature has the wrong type."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.schema import KIND_NAMES
from detector_trainer.records.tally import Hit, first_of
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/wrong-type",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(27,),
    verified_by=("tests/trainer/test_records_agree.py",),
    what="A feature has another type than the trainer expects.",
    why='The trainer fails with "Data types don\'t match" when it reads the record.',
    fix="Write boxes as float_list, labels as int64_list, texts and images as bytes_list.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:  # noqa: ARG001
    """Yield a hit for each such feature."""
    hits = (
        Hit(chunk.file, f"{name} is {KIND_NAMES[has]}, but the trainer expects {KIND_NAMES[wanted]}.", chunk.first + index, name)
        for index, name, has, wanted in chunk.wrong_kinds
    )
    yield from first_of(hits, len(chunk.wrong_kinds))
