"""Healthy bytes and text, damaged: what was done is a list of small steps, which a failing test prints and a kept case repeats."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from google.protobuf.descriptor import FieldDescriptor
from hypothesis import strategies as st

MAX_BYTES = 1 << 20
"""A file does not grow beyond that."""


class Flip(NamedTuple):
    """Flips a bit."""

    at: int
    bit: int

    def apply(self, data: bytearray) -> None:
        if data:
            data[self.at % len(data)] ^= 1 << self.bit


class Put(NamedTuple):
    """Overwrites with other bytes: numbers, lengths, markers."""

    at: int
    with_: bytes

    def apply(self, data: bytearray) -> None:
        at = self.at % (len(data) + 1)
        data[at : at + len(self.with_)] = self.with_


class Insert(NamedTuple):
    """Puts bytes between others."""

    at: int
    what: bytes

    def apply(self, data: bytearray) -> None:
        at = self.at % (len(data) + 1)
        data[at:at] = self.what


class Cut(NamedTuple):
    """Takes bytes out; without a length, all to the end."""

    at: int
    length: int | None

    def apply(self, data: bytearray) -> None:
        at = self.at % (len(data) + 1)
        del data[at : None if self.length is None else at + self.length]


class Splice(NamedTuple):
    """Copies some of the bytes to another place, several times."""

    at: int
    length: int
    to: int
    times: int

    def apply(self, data: bytearray) -> None:
        at, to = self.at % (len(data) + 1), self.to % (len(data) + 1)
        data[to:to] = data[at : at + self.length] * self.times


class Word(NamedTuple):
    """Replaces a word, number, quoted text or sign of a text."""

    number: int
    with_: str

    def apply(self, data: bytearray) -> None:
        words = [*re.finditer(rb"\"[^\"\n]*\"|'[^'\n]*'|[\w.+-]+|[^\s\w]", bytes(data))]
        if words:
            begin, end = words[self.number % len(words)].span()
            data[begin:end] = self.with_.encode("utf-8", "surrogateescape")


class Line(NamedTuple):
    """Replaces lines of a text by others of it: none, or one or more, several times."""

    number: int
    count: int
    by: int
    times: int

    def apply(self, data: bytearray) -> None:
        lines = bytes(data).splitlines(keepends=True)
        if lines:
            at, by = self.number % len(lines), self.by % len(lines)
            lines[at : at + self.count] = lines[by : by + 1] * self.times
            data[:] = b"".join(lines)


Step = Flip | Put | Insert | Cut | Splice | Word | Line


def mutate(data: bytes, steps: Sequence[Step]) -> bytes:
    """The damaged bytes."""
    mutated = bytearray(data)
    for step in steps:
        step.apply(mutated)
        del mutated[MAX_BYTES:]
    return bytes(mutated)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


_NUMBERS = (
    0,
    1,
    2,
    3,
    127,
    128,
    255,
    256,
    4096,
    0x7FFF,
    0x8000,
    0xFFFF,
    1 << 20,
    (1 << 31) - 1,
    1 << 31,
    (1 << 32) - 1,
    (1 << 63) - 1,
)
_BYTES = sorted(
    {
        *(struct.pack(form, number) for number in _NUMBERS for form in ("<I", ">I") if number < 1 << 32),
        *(
            struct.pack(form, number)
            for number in _NUMBERS
            for form in ("<H", ">H", "B")
            if number < 1 << 8 * struct.calcsize(form)
        ),
        *(struct.pack("<Q", number) for number in _NUMBERS),
        *map(_varint, _NUMBERS),
        *(struct.pack("<f", number) for number in (float("nan"), float("inf"), -1.0, 1e38, 2.0)),
        b"\xff" * 10,
        b"\x80" * 12,
    }
)
_AT = st.integers(0, 1 << 17) | st.integers(0, 64)
STEP: st.SearchStrategy[Step] = st.one_of(
    st.builds(Flip, _AT, st.integers(0, 7)),
    st.builds(Put, _AT, st.sampled_from(_BYTES) | st.binary(min_size=1, max_size=8)),
    st.builds(Insert, _AT, st.sampled_from(_BYTES) | st.binary(min_size=1, max_size=8)),
    st.builds(Cut, _AT, st.none() | st.integers(1, 64) | st.integers(1, 1 << 14)),
    st.builds(Splice, _AT, st.integers(1, 256), _AT, st.integers(1, 50)),
)
STEPS = st.lists(STEP, min_size=1, max_size=6)
_ODD_WORDS = (
    *("0", "1", "-1", "2", "1e999", "-1e999", "nan", "inf", "99999999999999999999", "2147483647", "2147483648", "-2147483648"),
    *(
        "4294967295",
        "9223372036854775808",
        "0x7fffffff",
        "1e-45",
        "0.5",
        "3.4e38",
        "true",
        "false",
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        ";",
    ),
    *('""', "''", '"', "'", r'"\377\000"', r'"\xff"', r'"\u0000"', '"/"', '"."', '"*"', '"/dev/null"', '"[z-a]"', '"gs://a/b"'),
    *("#", "\0", "\ufeff", "é", "\udcff", "item", "id", "name", "display_name", "keypoints", "model", "ssd", "faster_rcnn"),
    *(
        "center_net",
        "experimental_model",
        "num_classes",
        "image_resizer",
        "keep_aspect_ratio_resizer",
        "feature_extractor",
        "type",
    ),
    *("fixed_shape_resizer", "conditional_shape_resizer", "identity_resizer", "input_path", "label_map_path", "batch_size"),
    *("num_steps", "optimizer", "learning_rate", "total_steps", "load_instance_masks", "num_keypoints", "input_type"),
)
WORDS = st.sampled_from(_ODD_WORDS) | st.integers().map(str) | st.floats().map(repr) | st.text(max_size=8).map(repr)
TEXT_STEP: st.SearchStrategy[Step] = st.one_of(
    st.builds(Word, st.integers(0, 1000), WORDS),
    st.builds(Word, st.integers(0, 1000), WORDS),
    st.builds(Line, st.integers(0, 300), st.integers(0, 5), st.integers(0, 300), st.integers(0, 3) | st.integers(0, 300)),
    STEP,
)
TEXT_STEPS = st.lists(TEXT_STEP, min_size=1, max_size=6)


class Field(NamedTuple):
    """Sets a field of a message, or of one in it, whether it was set before or not; or clears it."""

    number: int
    value: int

    def set(self, message: Any) -> None:
        places = list(_places(message, 0))
        owner, field = places[self.number % len(places)]
        values = _VALUES[field.cpp_type] if field.enum_type is None else [value.number for value in field.enum_type.values]
        value = values[self.value % len(values)]
        if self.value % 11 == 0:
            owner.ClearField(field.name)
        elif field.is_repeated:
            getattr(owner, field.name).extend([value] * (self.value % 4))
        else:
            setattr(owner, field.name, value)


DEEPEST = 8


def _places(message: Any, depth: int) -> Iterator[tuple[Any, Any]]:
    """Every field with a value of its own, in the message and in those that are set in it."""
    for field in message.DESCRIPTOR.fields:
        if field.message_type is None:
            yield message, field
        elif depth < DEEPEST and not field.message_type.GetOptions().map_entry:
            inner = getattr(message, field.name)
            for part in inner if field.is_repeated else [inner] if message.HasField(field.name) else []:
                yield from _places(part, depth + 1)


_INTS = (0, 1, 2, 3, 10, 100, 1000, 2**31 - 1)
_SIGNED = (*_INTS, -1, -7, -(2**31))
_FLOATS = (0.0, 1.0, -1.0, 0.5, 1e-45, 3.4e38, float("inf"), float("-inf"), float("nan"), 7.0)
_STRINGS = (
    "",
    "/",
    ".",
    "*",
    "a",
    "é",
    "\0",
    "gs://a/b",
    "s3://a",
    "/dev/null",
    "pets.record",
    "label_map.pbtxt",
    "[",
    "detection",
)
_VALUES: dict[int, tuple[Any, ...]] = {
    FieldDescriptor.CPPTYPE_INT32: _SIGNED,
    FieldDescriptor.CPPTYPE_INT64: (*_SIGNED, 2**63 - 1, -(2**63)),
    FieldDescriptor.CPPTYPE_UINT32: (*_INTS, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (*_INTS, 2**64 - 1),
    FieldDescriptor.CPPTYPE_FLOAT: _FLOATS,
    FieldDescriptor.CPPTYPE_DOUBLE: _FLOATS,
    FieldDescriptor.CPPTYPE_BOOL: (False, True),
    FieldDescriptor.CPPTYPE_STRING: _STRINGS,
}
FIELDS = st.lists(st.builds(Field, st.integers(0, 2000), st.integers(0, 200)), min_size=1, max_size=5)
