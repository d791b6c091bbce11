"""class/text and class/label contradict each other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk, values_of
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.schema import LABEL, TEXT
from detector_trainer.records.tally import Hit, first_of
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/text-label-conflict",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(22,),
    silent_impact="worse: one of the two is wrong, and the text takes precedence",
    verified_by=("tests/trainer/test_records_agree.py",),
    what="class/text and class/label denote different classes.",
    why="The text silently takes precedence.",
    fix="Write both from the same label map, or omit one of them.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """Yield a hit for each such box of the records that have as many texts as labels."""
    if not settings.text_to_id:
        return
    text, label = chunk.lengths(TEXT), chunk.lengths(LABEL)
    both = (text == label) & (text > 0)
    texts, labels = values_of(chunk, TEXT, both), values_of(chunk, LABEL, both)
    ids = np.fromiter((settings.text_to_id.get(name, -1) for name in texts), np.int64, len(texts))
    records = np.repeat(np.arange(chunk.size), np.where(both, text, 0))
    bad = np.flatnonzero((ids >= 0) & (ids != labels))
    hits = (
        Hit(
            chunk.file,
            f"class/text {texts[i].decode('utf-8', 'replace')!r} is class {ids[i]}, but class/label is {labels[i]}.",
            chunk.first + int(records[i]),
            TEXT,
        )
        for i in bad
    )
    yield from first_of(hits, len(bad))
