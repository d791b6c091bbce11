"""The kinds of damage of a record file, before its records are parsed. Checks in checks/records turn them into findings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class UnreadableFile:
    """The file cannot be opened, or its storage failed."""

    file: str
    problem: str
    """A sentence without its full stop."""
    hint: str


@dataclass(frozen=True)
class EmptyFile:
    """The file has no record: it ends before the first header is complete."""

    file: str
    size: int
    """Bytes."""


@dataclass(frozen=True)
class NotRecords:
    """The checksum of the first length is wrong."""

    file: str
    kind: tuple[str, str] | None
    """The type of the file as pipeline/sniff.py detects it; None if it is unknown."""


@dataclass(frozen=True)
class CorruptRecord:
    """A checksum is wrong."""

    file: str
    record: int
    offset: int
    """Byte at which the record begins."""
    part: str
    """What the checksum covers: `length` or `bytes`."""


@dataclass(frozen=True)
class TruncatedRecord:
    """The file ends inside a record."""

    file: str
    record: int
    missing: int
    """Bytes."""


@dataclass(frozen=True)
class TrailingBytes:
    """Too few bytes for a header follow the last record."""

    file: str
    record: int
    """The index that the next record would have."""
    offset: int
    size: int
    """Bytes that follow."""


@dataclass(frozen=True)
class NotSequenceExample:
    """The reader expects a tf.train.SequenceExample, and the record is not one."""

    file: str
    record: int


FileDamage = UnreadableFile | EmptyFile | NotRecords | CorruptRecord | TruncatedRecord | TrailingBytes | NotSequenceExample
