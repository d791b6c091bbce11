"""Scans one record file."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import cast

import google_crc32c
import numpy as np
from numpy.typing import NDArray

from detector_trainer.pipeline.sniff import HINTS, SNIFFED_BYTES, what_is
from detector_trainer.pipeline.text_file import regular_size
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.validation.checks.records import (
    corrupt,
    not_a_sequence_example,
    not_tfrecord,
    trailing_bytes,
    truncated,
    unreadable_file,
)
from detector_trainer.validation.rule import Rule
from detector_trainer.validation.scan.chunk import Builder, Chunk, values_of
from detector_trainer.validation.scan.example import is_sequence_example
from detector_trainer.validation.scan.framing import FOOTER, HEADER, Broken, Damage, Payload, records
from detector_trainer.validation.scan.image import State
from detector_trainer.validation.scan.job import Job
from detector_trainer.validation.scan.resizer import Resizer
from detector_trainer.validation.scan.schema import LABEL, SIDES, SOURCE_ID, TEXT
from detector_trainer.validation.scan.table import APPEARANCE_CHECKS, RECORD_CHECKS
from detector_trainer.validation.scan.tally import Hit
from detector_trainer.validation.scan.totals import MAX_CLASSES, MAX_NAMES, TINY_PIXELS, UNLIKE, Resized, ResizedBox, Totals

FRAME = HEADER + FOOTER
STEP = 64 << 20
"""Bytes after which the progress bar shall move."""
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
    totals.files.append((path, totals.records))
    return totals


def _scan(path: str, file: io.FileIO, size: int, job: Job, totals: Totals, advance: Advance) -> None:
    builder = Builder(path, job.schema, job.decode_images, job.every_png)
    crc_of_crcs = pending = done = 0
    if size == 0:
        totals.empty_files.append((path, 0))
    try:
        for payload in records(cast(io.RawIOBase, file), size):
            crc_of_crcs = google_crc32c.extend(crc_of_crcs, payload.crc.to_bytes(4, "little"))
            pending += payload.stop - payload.start + FRAME
            if job.sequence_examples:
                _look_at_sequence(path, payload, totals)
            else:
                image, end = builder.add(payload)
                if job.hash_images:
                    totals.image_hashes.append(end - image << 32 | google_crc32c.value(payload.frozen[image:end]))
            totals.records += 1
            if builder.full:
                _finish(builder.chunk(), job, totals)
            if pending >= STEP:
                advance(totals.records - done, pending)
                totals.size += pending
                pending, done = 0, totals.records
    except Broken as broken:
        _about_damage(path, broken, totals)
    if len(builder):
        _finish(builder.chunk(), job, totals)
    advance(totals.records - done, size - totals.size)
    totals.size = size
    totals.checksums.append((totals.records, size, crc_of_crcs))


def _look_at_sequence(path: str, payload: Payload, totals: Totals) -> None:
    if not is_sequence_example(bytes(payload.buffer[payload.start : payload.stop])):
        _note(totals, not_a_sequence_example.RULE, Hit(path, "The record is no tf.train.SequenceExample.", totals.records))


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
    totals.images += chunk.size - sum(fact.state is State.MISSING for fact in chunk.faults.values())
    totals.saw_sizes(chunk.image_sizes)
    if job.training and job.resizer is not None:
        _look_at_sizes(chunk, job.resizer, job.anchors, totals)
    if len(totals.names) < MAX_NAMES:
        totals.names.update(chunk.other_names)
    _count_classes(chunk, job, totals)
    if not job.training:
        _hash_sources(chunk, totals)
    if job.decode_images:
        _look(chunk, job, totals)
    totals.distributions.add(chunk)


def _look(chunk: Chunk, job: Job, totals: Totals) -> None:
    """How the images look."""
    totals.looked_at += int(chunk.appearance.seen.sum())
    totals.perceptual_hashes.frombytes(chunk.appearance.hashes.tobytes())
    for check in APPEARANCE_CHECKS:
        totals.looks.add(check.RULE, check.check(chunk, job))


def _look_at_sizes(chunk: Chunk, resizer: Resizer, anchors: tuple[tuple[float, float], ...], totals: Totals) -> None:
    """What the resizer makes of the images, and of their boxes."""
    known = np.flatnonzero(chunk.image_sizes[:, 0])
    resized = np.zeros_like(chunk.image_sizes)
    resized[known] = resizer.resized(chunk.image_sizes[known])
    if not resizer.one_size:
        _compare_sizes(chunk, known, resized[known], totals)
    boxes = chunk.boxes()
    ymin, xmin, ymax, xmax = boxes.sides
    with np.errstate(invalid="ignore"):
        pixels: NDArray[np.float64] = np.stack([ymax - ymin, xmax - xmin]) * resized[boxes.record].T
        shorter = pixels.min(axis=0)
        sized = shorter > 0
        tiny = np.flatnonzero(sized & (shorter < TINY_PIXELS))
    totals.sized_boxes += int(sized.sum())
    totals.tiny += len(tiny)

    def box(index: int) -> ResizedBox:
        record, (height, width) = int(boxes.record[index]), pixels[:, index].tolist()
        return ResizedBox(chunk.file, chunk.first + record, (int(resized[record, 0]), int(resized[record, 1])), (height, width))

    if len(tiny) and totals.first_tiny is None:
        totals.first_tiny = box(tiny[0])
    if anchors:
        known_boxes = np.flatnonzero(sized)
        unlike = known_boxes[_unlike(pixels[:, known_boxes], anchors)]
        totals.unlike += len(unlike)
        if len(unlike) and totals.first_unlike is None:
            totals.first_unlike = box(unlike[0])


def _unlike(pixels: NDArray[np.float64], anchors: tuple[tuple[float, float], ...]) -> NDArray[np.bool_]:
    """Which boxes no anchor is like: bool of shape [boxes], of heights and widths of shape [2, boxes]."""
    sides, far, unlike = np.log2(pixels), np.log2(UNLIKE), np.ones(pixels.shape[1], bool)
    for height, width in np.log2(anchors):
        unlike &= (np.abs(sides[0] - height) >= far) | (np.abs(sides[1] - width) >= far)
    return unlike


def _compare_sizes(chunk: Chunk, known: NDArray[np.int64], resized: NDArray[np.int32], totals: Totals) -> None:
    while len(known) and len(totals.resized) < 2:
        index = int(known[0])
        height, width = resized[0].tolist()
        totals.saw_resized(Resized(chunk.file, chunk.first + index, tuple(chunk.image_sizes[index].tolist()), (height, width)))
        others = (resized != resized[0]).any(axis=1)
        known, resized = known[others], resized[others]


def _count_classes(chunk: Chunk, job: Job, totals: Totals) -> None:
    by_text = (chunk.lengths(TEXT) > 0) & job.has_label_map
    texts = Counter(values_of(chunk, TEXT, by_text))
    labels = dict(zip(*(part.tolist() for part in np.unique(values_of(chunk, LABEL, ~by_text), return_counts=True)), strict=True))
    for number, count in chain(((job.text_to_id.get(text, 0), count) for text, count in texts.items()), labels.items()):
        if 1 <= number <= job.num_classes:
            totals.class_ids[number] += count
    if len(totals.classes) <= MAX_CLASSES:
        for text, count in texts.items():
            totals.classes[text.decode("utf-8", "replace")] += count
        for label, count in labels.items():
            totals.classes[job.id_names.get(label, str(label))] += count


def _hash_sources(chunk: Chunk, totals: Totals) -> None:
    """Without an id, or with an empty one, an image gets a random one (inputs.py, _replace_empty_string_with_random_number)."""
    names = [name for name in values_of(chunk, SOURCE_ID, chunk.parsed) if name]
    totals.source_hashes.extend(len(name) << 32 | google_crc32c.value(name) for name in names)
