"""The class of a box is not a class of the model."""

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
    code="records/label-out-of-range",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(21,),
    silent_impact="useless for those boxes: they train as background",
    verified_by=("tests/trainer/test_records_agree.py",),
    what="The class of a box is 0, negative, or above num_classes.",
    why="The box silently trains as background.",
    fix="Set num_classes to the largest id; labels start at 1.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """Yield a hit for each such box. If a record has class/text and a label map is set, the text takes precedence."""
    if not settings.num_classes:
        return
    text, label = chunk.lengths(TEXT), chunk.lengths(LABEL)
    by_text = (text > 0) & settings.has_label_map
    labels = values_of(chunk, LABEL, ~by_text)
    records = np.repeat(np.arange(chunk.size), np.where(by_text, 0, label))
    bad = np.flatnonzero((labels < 1) | (labels > settings.num_classes))
    hits = (
        Hit(
            chunk.file,
            f"class/label is {labels[i]}, but num_classes is {settings.num_classes}.",
            chunk.first + int(records[i]),
            LABEL,
        )
        for i in bad
    )
    yield from first_of(hits, len(bad))
    beyond = {name for name, number in settings.text_to_id.items() if number > settings.num_classes or number == 0}
    if beyond and by_text.any():
        records = np.repeat(np.arange(chunk.size), text)
        for record, name in zip(records, chunk.columns[TEXT].values, strict=True):
            if name and name in beyond:
                yield Hit(
                    chunk.file,
                    f"class/text {name.decode('utf-8', 'replace')!r} has id {settings.text_to_id[name]}, but num_classes is {settings.num_classes}.",
                    chunk.first + int(record),
                    TEXT,
                )
