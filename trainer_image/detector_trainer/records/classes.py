"""Counts boxes by class, for the report and the checks of classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import cast

import numpy as np

from detector_trainer.records.accumulator import Sums, counts, part
from detector_trainer.records.chunk import Chunk, values_of
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.schema import LABEL, TEXT

MAX_NAMES = 2000
"""Names outside the label map that are counted. With more, the alphabetically first are kept: any other choice would depend on
the order in which files are read."""
FEW_BOXES = 200
"""With fewer boxes in total the counts of single classes are not meaningful: it is a trial, or an example."""
SHOWN = 10


class ClassCounts(Sums):
    """Boxes by class."""

    code = "shared/classes"
    names: Counter[str] = counts(str)
    """By the name of their class, as written."""
    ids: Counter[int] = counts(int)
    """By the id the trainer assigns; classes of the model only."""
    mapped: set[str] = part(set, set.union, dump=sorted, load=lambda names: set(cast("list[str]", names)))
    """The names that are in the label map."""

    def add(self, chunk: Chunk, settings: ReaderSettings) -> None:
        """Count the boxes of the next records."""
        by_text = (chunk.lengths(TEXT) > 0) & settings.has_label_map
        texts = Counter(values_of(chunk, TEXT, by_text))
        found = np.unique(values_of(chunk, LABEL, ~by_text), return_counts=True)
        labels = dict(zip(*(column.tolist() for column in found), strict=True))
        by_id = chain(((settings.text_to_id.get(text, 0), count) for text, count in texts.items()), labels.items())
        for number, count in by_id:
            if 1 <= number <= settings.num_classes:
                self.ids[number] += count
        by_name = [(text.decode("utf-8", "replace"), count) for text, count in texts.items()]
        by_name += [(settings.id_names.get(label, str(label)), count) for label, count in labels.items()]
        for name, count in by_name:
            self.names[name] += count
        self.mapped |= {name for name, _ in by_name if name.encode() in settings.text_to_id}
        self._bound()

    def merge(self, later: ClassCounts) -> None:
        """Add the boxes of later records."""
        super().merge(later)
        self._bound()

    def _bound(self) -> None:
        """Drop the alphabetically last names. What is dropped here would be dropped from any larger set, too."""
        spare = len(self.names) - MAX_NAMES
        if spare > 0:
            for name in sorted(self.names.keys() - self.mapped)[-spare:]:
                del self.names[name]


def shown(settings: ReaderSettings, ids: Sequence[int], counts: dict[int, int] | None = None) -> str:
    """Format the names of the first few classes, with their numbers of boxes if `counts` is set."""
    names = [settings.id_names.get(number) or str(number) for number in ids]
    numbers = [f" ({counts[number]})" for number in ids] if counts is not None else [""] * len(names)
    text = ", ".join(name + count for name, count in zip(names[:SHOWN], numbers, strict=False))
    return f"{text} and {len(names) - SHOWN} more" if len(names) > SHOWN else text
