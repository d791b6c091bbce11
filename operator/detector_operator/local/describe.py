"""Print a resource exactly as `kubectl describe dt NAME` does.

kubectl prints a custom resource generically: fields in alphabetical order, names split at capital letters, the items of a list
one after another, and columns aligned over consecutive lines. Checked against kubectl 1.32.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, Protocol

from detector_operator.api import DetectorTraining

SOURCE: Final = "detector-training"

_ACRONYMS: Final = ("API", "URL", "UID", "OSB", "GUID")
_SHOWN_ABOVE: Final = ("name", "namespace", "labels", "annotations", "managedFields")
_PADDING: Final = 2
_MAX_ANNOTATION: Final = 140


class TimedEvent(Protocol):
    """Describe an event to print."""

    @property
    def type(self) -> str:
        """Return Normal or Warning."""

    @property
    def reason(self) -> str:
        """Return the reason in CamelCase."""

    @property
    def message(self) -> str:
        """Return the message, a sentence."""

    @property
    def time(self) -> datetime:
        """Return when it occurred."""


def describe(resource: DetectorTraining, events: Sequence[TimedEvent], now: datetime) -> str:
    """Return the description of a resource with a table of its events, oldest first."""
    content = resource.to_dict()
    metadata = content["metadata"]
    lines = [f"Name:\t{metadata['name']}", f"Namespace:\t{metadata.get('namespace', 'default')}"]
    lines += _pairs("Labels", [f"{key}={value}" for key, value in sorted(metadata.get("labels", {}).items())])
    lines += _pairs("Annotations", list(_annotations(metadata.get("annotations", {}))))
    content["metadata"] = {key: value for key, value in metadata.items() if key not in _SHOWN_ABOVE}
    lines += _mapping(content, 0)
    if not events:
        return aligned([*lines, "Events:\t<none>"])
    table = ["  Type\tReason\tAge\tFrom\tMessage", "  ----\t------\t----\t----\t-------"]
    table += [
        f"  {event.type}\t{event.reason}\t{age(event.time, now)}\t{SOURCE}\t{event.message.strip()}"
        for event in sorted(events, key=lambda event: event.time)
    ]
    return aligned(lines) + aligned(["Events:", *table])


def _pairs(title: str, values: list[str]) -> list[str]:
    first, *rest = values or ["<none>"]
    return [f"{title}:\t{first}", *(f"\t{value}" for value in rest)]


def _annotations(annotations: Mapping[str, str]) -> Iterable[str]:
    for key, value in sorted(annotations.items()):
        text = value.removesuffix("\n")
        if "\n" not in text and len(key) + len(text) + 2 <= _MAX_ANNOTATION:
            yield f"{key}: {text}"
            continue
        yield f"{key}:"
        for line in text.split("\n"):
            cut = line if len(line) <= _MAX_ANNOTATION - 2 else line[: _MAX_ANNOTATION - 2] + "..."
            yield f"  {cut}"


def _mapping(content: Mapping[str, object], level: int) -> Iterable[str]:
    indent = "  " * level
    for name in sorted(content):
        value, label = content[name], label_of(name)
        if isinstance(value, dict):
            yield f"{indent}{label}:"
            yield from _mapping(value, level + 1)
        elif isinstance(value, list):
            yield f"{indent}{label}:"
            for item in value:
                if isinstance(item, dict):
                    yield from _mapping(item, level + 1)
                else:
                    yield f"{indent}  {_scalar(item)}"
        else:
            yield f"{indent}{label}:\t{_scalar(value)}"


def label_of(name: str) -> str:
    """Return the label of a field: `lastTransitionTime` becomes `Last Transition Time`. Names with other characters are kept."""
    if not all(letter.isalpha() or letter == "-" for letter in name):
        return name
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^A-Za-z]+", name)
    return " ".join(word.upper() if word.upper() in _ACRONYMS else word[:1].upper() + word[1:] for word in words)


def _scalar(value: object) -> str:
    """Format a value as Go's %v prints one that was parsed from JSON."""
    if value is None:
        return "<nil>"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return _go_float(value)
    return str(value)


def _go_float(value: float) -> str:
    """Format a float with the fewest digits that identify it; with an exponent below 1e-04 and from 1e+06."""
    if not math.isfinite(value):
        return {"inf": "+Inf", "-inf": "-Inf"}.get(str(value), "NaN")
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    assert isinstance(exponent, int)
    text = "".join(map(str, digits))
    power = len(text) + exponent - 1
    if value == 0 or -4 <= power < 6:
        return f"{Decimal(repr(value)).normalize():f}"
    fraction = f".{text[1:]}" if len(text) > 1 else ""
    return f"{'-' if sign else ''}{text[0]}{fraction}e{power:+03d}"


def age(then: datetime, now: datetime) -> str:
    """Return the age as kubectl prints it: two units while they are small, then one."""
    seconds = int((now - then).total_seconds())
    if seconds < 0:
        return "<invalid>" if seconds < -1 else "0s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if seconds < 120:
        return f"{seconds}s"
    if minutes < 10:
        return _two_units(minutes, "m", seconds % 60, "s")
    if minutes < 180:
        return f"{minutes}m"
    if hours < 8:
        return _two_units(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    if hours < 192:
        return _two_units(days, "d", hours % 24, "h")
    if days < 730:
        return f"{days}d"
    years = days // 365
    return _two_units(years, "y", days % 365, "d") if years < 8 else f"{years}y"


def _two_units(large: int, large_unit: str, small: int, small_unit: str) -> str:
    return f"{large}{large_unit}" if small == 0 else f"{large}{large_unit}{small}{small_unit}"


def aligned(lines: Sequence[str]) -> str:
    """Align lines with tabs as Go's tabwriter does: a column is as wide as its widest cell in a block of consecutive lines."""
    # Control characters must not reach the terminal.
    safe = (line.replace("\x1b", "^[").replace("\r", "\\r") for line in lines)
    rows = [line.split("\t") for part in safe for line in part.split("\n")]
    widths: list[list[int]] = [[0] * (len(row) - 1) for row in rows]
    _align(rows, widths, 0, len(rows), 0)
    text = []
    for row, row_widths in zip(rows, widths, strict=True):
        cells = [cell.ljust(width) for cell, width in zip(row, row_widths, strict=False)]
        text.append("".join([*cells, row[-1]]))
    return "\n".join(text) + "\n"


def _align(rows: list[list[str]], widths: list[list[int]], start: int, end: int, column: int) -> None:
    """Set the widths of one column in each block of rows that have it, then those of the later columns in the block."""
    row = start
    while row < end:
        if len(rows[row]) - 1 <= column:
            row += 1
            continue
        first = row
        while row < end and len(rows[row]) - 1 > column:
            row += 1
        widest = max(len(rows[index][column]) for index in range(first, row))
        for index in range(first, row):
            widths[index][column] = widest + _PADDING
        _align(rows, widths, first, row, column + 1)
