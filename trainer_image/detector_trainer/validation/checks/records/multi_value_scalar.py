"""A scalar feature has several values, or none."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.tally import Hit, first_of
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/multi-value-scalar",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(27,),
    verified_by=("tests/trainer/test_records_agree.py",),
    what="A feature that must have exactly one value has several, or an empty list.",
    why='The trainer fails with "Can\'t parse serialized Example" when it reads the record.',
    fix="Write one value, or omit the feature.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:  # noqa: ARG001
    """Yield a hit for each such feature."""
    hits = (
        Hit(chunk.file, f"{name} has {count} values; it must have {wanted}.", chunk.first + index, name)
        for index, name, count, wanted in chunk.wrong_counts
    )
    yield from first_of(hits, len(chunk.wrong_counts))
