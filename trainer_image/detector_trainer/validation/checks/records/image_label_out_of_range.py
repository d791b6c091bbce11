"""A label of a whole image is not a class of the model."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk, values_of
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.tally import Hit, first_of
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/image-label-out-of-range",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(21,),
    verified_by=("tests/trainer/test_records_agree.py",),
    what="A label of a whole image (such as image/class/label, not image/object/class/label) is 0 or above num_classes.",
    why='The trainer reads these labels even for detection, and fails with "Indices are not valid (out of bounds)".',
    fix="Omit the feature if it is not used; otherwise write ids from 1 to num_classes.",
)

IMAGE_TEXT, IMAGE_LABEL = "image/class/text", "image/class/label"
NAMES = (IMAGE_LABEL, "image/neg_category_ids", "image/not_exhaustive_category_ids")


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """Yield a hit for each such value. The trainer drops negative ones (inputs.py, _remove_unrecognized_classes)."""
    if not settings.num_classes:
        return
    by_text = (chunk.lengths(IMAGE_TEXT) > 0) & settings.has_label_map
    for name in NAMES:
        read = chunk.parsed & ~by_text if name == IMAGE_LABEL else chunk.parsed
        values = values_of(chunk, name, read)
        if not len(values):
            continue
        records = np.repeat(np.arange(chunk.size), np.where(read, chunk.lengths(name), 0))
        yield from _hits(chunk, settings, name, records, values, [f"is {value}" for value in values])
    read = chunk.parsed & by_text
    texts = values_of(chunk, IMAGE_TEXT, read)
    if texts:
        records = np.repeat(np.arange(chunk.size), np.where(read, chunk.lengths(IMAGE_TEXT), 0))
        ids = np.array([settings.text_to_id.get(text, -1) for text in texts])
        detail = [f"{text.decode('utf-8', 'replace')!r} has id {number}" for text, number in zip(texts, ids, strict=True)]
        yield from _hits(chunk, settings, IMAGE_TEXT, records, ids, detail)


def _hits(
    chunk: Chunk, settings: ReaderSettings, name: str, records: NDArray[np.int64], ids: NDArray[np.int64], detail: list[str]
) -> Iterator[Hit]:
    bad = np.flatnonzero((ids == 0) | (ids > settings.num_classes))
    hits = (
        Hit(chunk.file, f"{name} {detail[i]}, num_classes is {settings.num_classes}.", chunk.first + int(records[i]), name)
        for i in bad
    )
    yield from first_of(hits, len(bad))
