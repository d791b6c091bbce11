"""A class/text is empty."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.schema import TEXT
from detector_trainer.records.tally import Hit
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/empty-class-text",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(22,),
    silent_impact="useless for those boxes: they get an arbitrary class",
    verified_by=("tests/trainer/test_records_agree.py",),
    what="A box has an empty class/text.",
    why=(
        "If items of the label map have no display_name, the empty text matches the last of them: the box silently trains as "
        "that class. If all items have one, the box is dropped."
    ),
    fix="Write the name, or omit class/text and write class/label.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """Yield a hit for each empty text."""
    if not settings.text_to_id or b"" not in chunk.columns[TEXT].values:
        return
    records = np.repeat(np.arange(chunk.size), chunk.lengths(TEXT))
    becomes = settings.text_to_id.get(b"", -1)
    what = f"it trains as {settings.id_names.get(becomes, becomes)!r}" if becomes >= 0 else "the box is dropped"
    for record, text in zip(records, chunk.columns[TEXT].values, strict=True):
        if not text:
            yield Hit(chunk.file, f"A class/text is empty: {what}.", chunk.first + int(record), TEXT)
