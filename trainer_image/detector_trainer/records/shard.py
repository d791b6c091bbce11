"""Scans one record file."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

import google_crc32c

from detector_trainer.pipeline.sniff import SNIFFED_BYTES, detect_file_type
from detector_trainer.pipeline.text_file import regular_size
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.records.chunk import ChunkBuilder
from detector_trainer.records.damage import (
    CorruptRecord,
    EmptyFile,
    FileDamage,
    NotRecords,
    NotSequenceExample,
    TrailingBytes,
    TruncatedRecord,
    UnreadableFile,
)
from detector_trainer.records.example import is_sequence_example
from detector_trainer.records.framing import FOOTER, HEADER, Broken, Damage, Payload, records
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.totals import FileRead, Totals

FRAME = HEADER + FOOTER
STEP = 64 << 20
"""Bytes after which progress is reported."""
Advance = Callable[[int, int], None]
"""Called with records and bytes that were read since it was last called."""


class Checks(Protocol):
    """The interface of the checks for the scan, which imports none of them."""

    def totals(self) -> Totals:
        """Return empty totals, with the accumulators of all checks."""
        ...

    def note(self, damage: FileDamage, totals: Totals) -> None:
        """Add a damaged file to the totals."""
        ...

    def read(self, data: bytes) -> Totals:
        """Return totals that another process has written."""
        ...


def scan_shard(path: str, settings: ReaderSettings, checks: Checks, advance: Advance) -> Totals:
    """Read a file from front to back; return the totals of the checks."""
    shard = _Shard(path, settings, checks, advance, checks.totals())
    try:
        size = regular_size(path, "records")
        with Path(path).open("rb", buffering=0) as file:
            shard.scan(cast(io.RawIOBase, file), size)
    except Unreadable as problem:
        shard.note(UnreadableFile(path, str(problem), problem.hint))
    except OSError as error:
        shard.note(UnreadableFile(path, f"{path} cannot be read: {error.strerror}", "Check its storage."))
    shard.totals.files.append(FileRead(path, shard.records, shard.size, shard.checksum))
    return shard.totals


@dataclass
class _Shard:
    """The state of reading one file."""

    path: str
    settings: ReaderSettings
    checks: Checks
    advance: Advance
    totals: Totals
    records: int = 0
    size: int = 0
    """Bytes read."""
    checksum: int | None = None
    """Checksum of the checksums of the records; None until all are read."""

    def note(self, damage: FileDamage) -> None:
        self.checks.note(damage, self.totals)

    def scan(self, file: io.RawIOBase, size: int) -> None:
        settings = self.settings
        builder = ChunkBuilder(self.path, settings.schema, settings.decode_images, settings.every_png, settings.hash_images)
        crc_of_crcs = pending = done = 0
        if size == 0:
            self.note(EmptyFile(self.path, 0))
        try:
            for payload in records(file, size):
                crc_of_crcs = google_crc32c.extend(crc_of_crcs, payload.crc.to_bytes(4, "little"))
                pending += payload.stop - payload.start + FRAME
                if settings.sequence_examples:
                    self._look_at_sequence(payload)
                else:
                    builder.add(payload)
                self.records += 1
                if builder.full:
                    self._finish(builder)
                if pending >= STEP:
                    self.advance(self.records - done, pending)
                    self.size += pending
                    pending, done = 0, self.records
        except Broken as broken:
            self.note(_damage(self.path, broken))
        except OSError:
            self._finish(builder)  # the records read so far are intact, and count
            raise
        self._finish(builder)
        self.advance(self.records - done, size - self.size)
        self.size = size
        self.checksum = crc_of_crcs

    def _finish(self, builder: ChunkBuilder) -> None:
        if len(builder):
            self.totals.add(builder.chunk(), self.settings)

    def _look_at_sequence(self, payload: Payload) -> None:
        if not is_sequence_example(bytes(payload.buffer[payload.start : payload.stop])):
            self.note(NotSequenceExample(self.path, self.records))


def _damage(path: str, broken: Broken) -> FileDamage:
    """Describe where a file cannot be read any further."""
    record, offset = broken.record, broken.offset
    if broken.damage is Damage.CUT_IN_HEADER:
        size = HEADER - broken.missing
        return TrailingBytes(path, record, offset, size) if record else EmptyFile(path, size)
    if broken.damage is Damage.CUT_IN_PAYLOAD:
        return TruncatedRecord(path, record, broken.missing)
    if broken.damage is Damage.BAD_LENGTH and record == 0:
        with Path(path).open("rb") as file:
            return NotRecords(path, detect_file_type(file.read(SNIFFED_BYTES)))
    return CorruptRecord(path, record, offset, "length" if broken.damage is Damage.BAD_LENGTH else "bytes")
