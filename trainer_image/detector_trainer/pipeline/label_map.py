"""Reads a label map as object_detection/utils/label_map_util.py does, with the line of every item."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from detector_trainer.pipeline.load import fields, parse_text
from detector_trainer.pipeline.text_file import read_text
from detector_trainer.protos import types


@dataclass(frozen=True)
class Item:
    """One `item` of a label map."""

    id: int
    name: str
    display_name: str
    line: int | None
    """1-based line of its id, or of the item where it has none."""
    ids_written: int = 1
    """How many times `id` is set in it; the last one counts."""

    @property
    def shown(self) -> str:
        """The name to show: name, or display_name if it has none."""
        return self.name or self.display_name


@dataclass(frozen=True)
class LabelMap:
    """A label map."""

    path: str
    items: tuple[Item, ...]

    @cached_property
    def name_to_id(self) -> dict[str, int]:
        """Ids by name, as get_label_map_dict: of a duplicate name the last item counts."""
        return {item.name: item.id for item in self.items}

    @cached_property
    def display_name_to_id(self) -> dict[str, int]:
        """Ids by display name, as get_label_map_dict(use_display_name=True): items without one share the empty name."""
        return {item.display_name: item.id for item in self.items}

    def id_of(self, text: str) -> int:
        """Return the id the trainer assigns to a class/text (the larger of the two look-ups); -1 for one it drops."""
        return max(self.name_to_id.get(text, -1), self.display_name_to_id.get(text, -1))

    @property
    def max_id(self) -> int:
        """The largest id; 0 for an empty map."""
        return max((item.id for item in self.items), default=0)


def read_label_map(path: str) -> LabelMap:
    """Read and parse a label map.

    Raises:
        Unreadable: it cannot be read or parsed.
    """
    text = read_text(path, "label map")
    message = parse_text(path, text, types.StringIntLabelMap)
    places: list[tuple[int | None, int]] = []
    for field, line in fields(text):
        if field == "item":
            places.append((line, 0))
        elif field == "item.id" and places:
            places[-1] = (line, places[-1][1] + 1)
    if len(places) != len(message.item):  # in a form that the search for lines does not support
        places = [(None, 1)] * len(message.item)
    return LabelMap(
        path,
        tuple(
            Item(item.id, item.name, item.display_name, line, ids) for item, (line, ids) in zip(message.item, places, strict=True)
        ),
    )
