"""A class/text is not in the label map."""

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
    silent_impact="useless for that class: its boxes are dropped, and its objects are learned as background",
    verified_by=("tests/trainer/test_records_agree.py",),
    what="A class/text is not exactly a name or display_name of the label map.",
    why="The trainer silently drops the box, but not its custom weight, so that weights then belong to other boxes.",
    fix=("Write the name as in the label map, or add it to the map. To omit a class on purpose, ignore this code."),
    example="class/text 'Cat', label map name: 'cat'",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """Yield a hit for each such text; records/empty-class-text reports an empty one."""
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
        return f"The map contains {same!r}: case and spaces must match. {RULE.fix}"
    near = difflib.get_close_matches(text, names, 1)
    return f"The most similar name in the map is {near[0]!r}. {RULE.fix}" if near else None
