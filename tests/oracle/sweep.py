"""Every number, switch and choice of a part of a valid config, changed one after the other: what mutations reach by chance only."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from oracle.case import Case, Impossible

VALUES: dict[int, tuple[str, ...]] = {
    FieldDescriptor.CPPTYPE_INT32: ("0", "-1"),
    FieldDescriptor.CPPTYPE_INT64: ("0", "-1"),
    FieldDescriptor.CPPTYPE_UINT32: ("0",),
    FieldDescriptor.CPPTYPE_UINT64: ("0",),
    FieldDescriptor.CPPTYPE_FLOAT: ("0", "-1", "nan"),
    FieldDescriptor.CPPTYPE_DOUBLE: ("0", "-1", "nan"),
    FieldDescriptor.CPPTYPE_BOOL: ("true", "false"),
}
"""At the edge of what is valid, by the type of the field. A choice takes each of its names; a text is left unchanged."""


def sweep(base: str, part: str) -> Iterator[Case]:
    """The cases of a part of the config of a base: `train_config`, `model`, `train_input_reader`."""
    with tempfile.TemporaryDirectory() as scratch:
        config = Case(base).write(Path(scratch, "case")).config
        for path, text in _changes(getattr(config, part), part):
            case = Case(base, [["config", path, text]])
            try:
                case.write(Path(scratch, "case"))
            except Impossible:  # a number that its field cannot hold
                continue
            yield case


def _changes(message: Any, path: str) -> Iterator[tuple[str, str | None]]:
    """Fields of a message and of those that are set in it, each with a text to set; None clears it."""
    for field in message.DESCRIPTOR.fields:
        name, value = f"{path}.{field.name}", getattr(message, field.name)
        if field.message_type is None:
            yield from ((name, text) for text in _values(field))
            if len(value) if field.is_repeated else message.HasField(field.name):
                yield name, None
        elif field.is_repeated and not field.message_type.GetOptions().map_entry and len(value):
            yield from _changes(value[0], f"{name}[0]")
        elif not field.is_repeated and message.HasField(field.name):
            yield from _changes(value, name)


def _values(field: Any) -> tuple[str, ...]:
    return tuple(field.enum_type.values_by_name) if field.enum_type is not None else VALUES.get(field.cpp_type, ())
