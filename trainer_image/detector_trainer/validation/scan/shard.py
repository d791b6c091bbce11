"""Scans one record file."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import cast

import google_crc32c
import numpy as np

from detector_trainer.pipeline.sniff import HINTS, SNIFFED_BYTES, what_is
from detector_trainer.pipeline.text_file import regular_size
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.validation.checks.records import (
    corrupt,
    not_tfrecord,
    trailing_bytes,
    truncated,
    unreadable_file,
)
from detector_trainer.validation.rule import Rule
from detector_trainer.validation.scan.chunk import LABEL, SIDES, TEXT, Builder, Chunk
from detector_trainer.validation.scan.framing import Broken, Damage, records
from detector_trainer.validation.scan.image import State
from detector_trainer.validation.scan.job import Job
from detector_trainer.validation.scan.table import RECORD_CHECKS
from detector_trainer.validation.scan.tally import Hit
from detector_trainer.validation.scan.totals import MAX_CLASSES, MAX_NAMES, Totals

CHUNK_RECORDS = 256
Advance = Callable[[int, int], None]
"""Called with records and bytes that were read since it was last called."""


def scan_shard(path: str, job: Job, advance: Advance) -> Totals:
    """Reads a file from front to back; what is wrong with it is in the totals."""
    totals = Totals()
    try:
        size = regular_size(path, "records")
        with Path(path).open("rb", buffering=0) as file:
            _scan(path, file, size, job, totals, advance)
    except Unreadable as problem:
        _note(totals, unreadable_file.RULE, Hit(path, f"{problem}.", hint=problem.hint))
    except OSError as error:
        _note(totals, unreadable_file.RULE, Hit(path, f"{path} cannot be read: {error.strerror}.", hint="Look at its storage."))
    return totals


def _scan(path: str, file: io.FileIO, size: int, job: Job, totals: Totals, advance: Advance) -> None:
    builder = Builder(path, masks=job.masks, keypoints=job.num_keypoints > 0, decoding=job.decode_images)
    hashes: list[int] = []
    crc_of_crcs = pending = 0
    if size == 0:
        totals.empty_files.append((path, 0))
    try:
        for payload, crc in records(cast(io.RawIOBase, file), size):
            crc_of_crcs = google_crc32c.extend(crc_of_crcs, crc.to_bytes(4, "little"))
            totals.records += 1
            pending += len(payload) + 16
            if job.sequence_examples:
                continue
            image = builder.add(payload)
            if job.hash_images and image:
                hashes.append(len(image) << 32 | google_crc32c.value(bytes(image)))
            if len(builder) == CHUNK_RECORDS:
                _finish(builder.chunk(), job, totals)
                advance(CHUNK_RECORDS, pending)
                totals.size += pending
                pending = 0
    except Broken as broken:
        _about_damage(path, broken, totals)
    left = len(builder)
    if left:
        _finish(builder.chunk(), job, totals)
    advance(left, size - totals.size)
    totals.size = size
    totals.image_hashes = np.array(hashes, np.uint64)
    totals.fingerprints.append((totals.records, size, crc_of_crcs))


def _about_damage(path: str, broken: Broken, totals: Totals) -> None:
    record, offset = broken.record, broken.offset
    if broken.damage is Damage.CUT_IN_HEADER and record == 0:
        totals.empty_files.append((path, 12 - broken.missing))
    elif broken.damage is Damage.CUT_IN_HEADER:
        _note(
            totals,
            trailing_bytes.RULE,
            Hit(path, f"{12 - broken.missing} bytes follow the last record, at byte {offset}.", record),
        )
    elif broken.damage is Damage.CUT_IN_PAYLOAD:
        _note(
            totals,
            truncated.RULE,
            Hit(path, f"The file ends inside record {record}: {broken.missing:,} bytes are missing.", record),
        )
    elif broken.damage is Damage.BAD_LENGTH and record == 0:
        with Path(path).open("rb") as file:
            kind = what_is(file.read(SNIFFED_BYTES))
        said = f"The file is {kind[1]}, not TFRecord." if kind else "The file is not TFRecord: its first checksum does not match."
        _note(totals, not_tfrecord.RULE, Hit(path, said, hint=HINTS.get(kind[0]) if kind else None))
    else:
        part = "length" if broken.damage is Damage.BAD_LENGTH else "bytes"
        _note(
            totals,
            corrupt.RULE,
            Hit(path, f"The checksum of the {part} of record {record} does not match, at byte {offset}.", record),
        )


def _note(totals: Totals, rule: Rule, hit: Hit) -> None:
    totals.tallies.add(rule, [hit])


def _finish(chunk: Chunk, job: Job, totals: Totals) -> None:
    """Checks a chunk, and adds it up."""
    for check in RECORD_CHECKS:
        totals.tallies.add(check.RULE, check.check(chunk, job))
    counts = chunk.boxes().counts
    totals.boxes += int(counts.sum())
    totals.max_boxes = max(totals.max_boxes, int(counts.max(initial=0)))
    totals.sides_seen |= any(bool(chunk.lengths(side).any()) for side in SIDES)
    for fact in chunk.images:
        if fact.state is not State.MISSING:
            totals.images += 1
        if fact.state is State.SOUND and fact.width:
            totals.saw_size(fact.width, fact.height)
    if len(totals.names) < MAX_NAMES:
        totals.names |= chunk.names
    _count_classes(chunk, job, totals)
    if not job.training:
        _hash_sources(chunk, totals)


def _count_classes(chunk: Chunk, job: Job, totals: Totals) -> None:
    if len(totals.classes) > MAX_CLASSES:
        return
    by_text = (chunk.lengths(TEXT) > 0) & job.has_label_map
    texts = chunk.columns[TEXT].values
    if by_text.any():
        kept = np.repeat(by_text, chunk.lengths(TEXT))
        totals.classes.update(text.decode("utf-8", "replace") for text, keep in zip(texts, kept, strict=True) if keep)
    labels = chunk.columns[LABEL].values[np.repeat(~by_text, chunk.lengths(LABEL))]
    totals.classes.update(job.id_names.get(int(label), str(label)) for label in labels)


def _hash_sources(chunk: Chunk, totals: Totals) -> None:
    column = chunk.columns["image/source_id"]
    present = column.lengths == 1
    values = iter(column.values)
    names = [next(values) if has else b"" for has in present]
    hashes = np.array([len(name) << 32 | google_crc32c.value(name) for name in names], np.uint64)
    totals.source_hashes = np.concatenate([totals.source_hashes, hashes])
