"""A class/text that the label map does not have."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.crop_note import crop_note
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.schema import TEXT
from detector_trainer.records.tally import Hit
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/class-text-not-in-map",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(20,),
    silent_impact="worthless for that class: its boxes are dropped, its objects learned as background",
    verified_by=("tests/trainer/test_records_agree.py",),
    what="A class/text is not a name or display_name of the label map, to the letter.",
    why="The box is dropped, silently; custom weights are not, so they then belong to other boxes.",
    fix=("Write the name as the label map does, or add it to the map. To leave a class out on purpose, ignore this code."),
    example="class/text 'Cat', label map name: 'cat'",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """A hit for each such text; an empty one is records/empty-class-text's."""
    if not settings.text_to_id:
        return
    column = chunk.columns[TEXT]
    unknown = {text for text in set(column.values) if text and text not in settings.text_to_id}
    if not unknown:
        return
    records = np.repeat(np.arange(chunk.size), chunk.lengths(TEXT))
    for record, text in zip(records, column.values, strict=True):
        if text in unknown:
            shown = text.decode("utf-8", "replace")
            yield Hit(
                chunk.file,
                f"class/text {shown!r} is not in the label map.{crop_note(settings)}",
                chunk.first + int(record),
                TEXT,
                _hint(shown, settings),
            )


def _hint(text: str, settings: ReaderSettings) -> str | None:
    names = [name.decode("utf-8", "replace") for name in settings.text_to_id if name]
    folded = {name.strip().casefold(): name for name in names}
    same = folded.get(text.strip().casefold())
    if same is not None:
        return f"The map has {same!r}: capitals and spaces must be the same. {RULE.fix}"
    near = difflib.get_close_matches(text, names, 1)
    return f"The nearest name in the map is {near[0]!r}. {RULE.fix}" if near else None
