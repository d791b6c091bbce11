"""Healthy bytes and text, damaged: what was done is a list of small steps, which a failing test prints and a kept case repeats."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from typing import NamedTuple

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
