"""The totals of a reader: the files that were read, and the accumulators of the checks."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar, cast
from zipfile import BadZipFile

import numpy as np

from detector_trainer.records.accumulator import Accumulator, State
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.tally import Tallies

Kind = TypeVar("Kind", bound=Accumulator)
FORMAT, VERSION = "detector-training.io/scan-totals", 1
"""Of the serialised form, besides the version of each accumulator."""
HEADER = "header"


class IncompatibleTotals(ValueError):
    """The bytes are not totals, or the totals of a version with other checks."""


class FileRead(NamedTuple):
    """A file and how much of it was read."""

    path: str
    records: int
    size: int
    """Bytes."""
    checksum: int | None
    """Checksum of the checksums of its records; None if reading failed."""


@dataclass
class Totals:
    """Sums over files. Merging those of two files, in order, gives those of both."""

    by_code: dict[str, Accumulator]
    files: list[FileRead] = field(default_factory=list)

    @classmethod
    def of(cls, accumulators: Iterable[Accumulator]) -> Totals:
        """Return empty totals."""
        by_code: dict[str, Accumulator] = {}
        for accumulator in accumulators:
            if accumulator.code in by_code:
                raise ValueError(f"two accumulators have the code {accumulator.code}")
            by_code[accumulator.code] = accumulator
        return cls(by_code)

    def __getitem__(self, kind: type[Kind]) -> Kind:
        """Return an accumulator by its class, which a check lists in its ACCUMULATORS."""
        return cast(Kind, self.by_code[kind.code])

    def hits(self, code: str) -> Tallies:
        """Return the hits of a check."""
        return cast(Tallies, self.by_code[code])

    @property
    def records(self) -> int:
        """Number of records that were read."""
        return sum(file.records for file in self.files)

    @property
    def size(self) -> int:
        """Number of bytes that were read."""
        return sum(file.size for file in self.files)

    @property
    def checksums(self) -> list[tuple[int, int, int]]:
        """Records, bytes and checksum of each file that was read."""
        return [(file.records, file.size, file.checksum) for file in self.files if file.checksum is not None]

    def place(self, record: int) -> tuple[str, int]:
        """Return the file of a record, and its index there."""
        for file in self.files:
            if record < file.records:
                return file.path, record
            record -= file.records
        raise IndexError(record)

    def add(self, chunk: Chunk, settings: ReaderSettings) -> None:
        """Take the next records into account."""
        for accumulator in self.by_code.values():
            accumulator.add(chunk, settings)

    def merge(self, later: Totals) -> None:
        """Add later files. Their totals must not be used any more."""
        self.files += later.files
        for code, accumulator in self.by_code.items():
            accumulator.merge(later.by_code[code])

    def to_bytes(self) -> bytes:
        """Return the serialised form, an npz: equal totals give equal bytes. Not for storage: versions differ."""
        written: dict[str, State] = {}
        arrays: State = {}
        for code, accumulator in self.by_code.items():
            state = accumulator.dump()
            plain = {name: value for name, value in state.items() if not isinstance(value, np.ndarray)}
            written[code] = {"version": accumulator.version, "state": plain}
            arrays |= {_key(code, name): value for name, value in state.items() if name not in plain}
        header = {"format": FORMAT, "version": VERSION, "files": self.files, "totals": written}
        text = json.dumps(header, separators=(",", ":")).encode()
        buffer = io.BytesIO()
        arrays[HEADER] = np.frombuffer(text, np.uint8)
        cast(Callable[..., None], np.savez)(buffer, **arrays)
        return buffer.getvalue()

    def read(self, data: bytes) -> None:
        """Restore the totals that `to_bytes` returned.

        Raises:
            IncompatibleTotals: another version has written it.
        """
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as parts:
                arrays = {name: parts[name] for name in parts.files}
            header = json.loads(arrays.pop(HEADER).tobytes())
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise IncompatibleTotals(f"not the totals of a scan: {error}") from None
        written = {code: each["version"] for code, each in header["totals"].items()}
        versions = {code: accumulator.version for code, accumulator in self.by_code.items()}
        if (header["format"], header["version"], written) != (FORMAT, VERSION, versions):
            raise IncompatibleTotals("the totals of a scan by another version of this program")
        self.files = [FileRead(*file) for file in header["files"]]
        for code, accumulator in self.by_code.items():
            mine = {name.removeprefix(_key(code, "")): value for name, value in arrays.items() if name.startswith(_key(code, ""))}
            accumulator.load(header["totals"][code]["state"] | mine)


def _key(code: str, name: str) -> str:
    """Return the name of an array in the npz."""
    return f"{code}:{name}"
