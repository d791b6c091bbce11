"""Reads single records of a file, skipping the others by their lengths."""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import google_crc32c

from detector_trainer.pipeline.text_file import regular_size
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.protos import types
from detector_trainer.records.example import NotAnExample, usual_form
from detector_trainer.records.framing import FOOTER, HEADER, masked
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.schema import LABEL, SIDES, TEXT

if TYPE_CHECKING:
    from detector_trainer.protos.types import Features

MAX_BYTES = 64 << 20
"""Bytes; a larger record is not read for a picture."""
_LENGTH = struct.Struct("<QI").unpack


class NotShown(Exception):
    """Something cannot be shown; the message is a sentence for the page."""


class Box(NamedTuple):
    """A box as stored in the record, in relative coordinates."""

    ymin: float
    xmin: float
    ymax: float
    xmax: float
    name: str


@dataclass(frozen=True)
class Record:
    """The parts of a record that are shown."""

    image: bytes
    """Encoded; empty if the record has none."""
    boxes: Sequence[Box]
    remark: str = ""
    """A sentence, if some of its box coordinates are not shown."""


class Place(NamedTuple):
    """The location of a record's payload."""

    file: str
    number: int
    start: int
    size: int


class Budget:
    """A time limit for all reading of a page: slow storage must not delay the verdict."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """Raise NotShown when the time is over."""
        if time.monotonic() > self._end:
            raise NotShown("The storage was too slow to read it again for this page.")


def walk(file: str, budget: Budget) -> Iterator[Place]:
    """Yield the records of a file, up to the first that is truncated or has an invalid length.

    Raises:
        NotShown: the file cannot be read, or the time is over.
    """
    try:
        size = regular_size(file, "records")
        handle = os.open(file, os.O_RDONLY)
    except (Unreadable, OSError) as error:
        raise NotShown("The file cannot be read.") from error
    try:
        offset = number = 0
        while True:
            budget.check()
            header = os.pread(handle, HEADER, offset)
            if len(header) < HEADER:
                return
            length, crc = _LENGTH(header)
            if masked(google_crc32c.value(header[:8])) != crc or offset + HEADER + length + FOOTER > size:
                return
            yield Place(file, number, offset + HEADER, length)
            offset += HEADER + length + FOOTER
            number += 1
    except OSError as error:
        raise NotShown("The file cannot be read.") from error
    finally:
        os.close(handle)


def find(file: str, numbers: Collection[int], budget: Budget) -> dict[int, Place]:
    """Find some records of a file; records that do not exist are left out."""
    found: dict[int, Place] = {}
    last = max(numbers)
    for place in walk(file, budget):
        if place.number in numbers:
            found[place.number] = place
        if place.number >= last:
            break
    return found


def read(place: Place, settings: ReaderSettings | None, budget: Budget) -> Record:
    """Read a record; its boxes have the class names that the trainer would use.

    Raises:
        NotShown: it cannot be read.
    """
    budget.check()
    payload = _payload(place)
    wanted = {name.encode() for name in (*SIDES, LABEL, TEXT)}
    try:
        usual, image = usual_form(payload, wanted, whole=True)
    except NotAnExample:
        raise NotShown("The record is not a tf.train.Example.") from None
    features = types.Features.FromString(usual)
    sides = [features.feature[side].float_list.value for side in SIDES]
    lengths = [len(side) for side in sides]
    names = _names(features, settings)
    boxes = [
        Box(ymin, xmin, ymax, xmax, names[index] if index < len(names) else "")
        for index, (ymin, xmin, ymax, xmax) in enumerate(zip(*sides, strict=False))
    ]
    remark = ""
    if min(lengths) != max(lengths):
        remark = "The four sides have different numbers of values: {} of ymin, {} of xmin, {} of ymax, {} of xmax.".format(
            *lengths
        )
    return Record(image or b"", boxes, remark)


def _payload(place: Place) -> bytes:
    if place.size > MAX_BYTES:
        raise NotShown(f"The record has {place.size:,} bytes, too many to show here.")
    try:
        handle = os.open(place.file, os.O_RDONLY)
        try:
            data = os.pread(handle, place.size + FOOTER, place.start)
        finally:
            os.close(handle)
    except OSError as error:
        raise NotShown("The file cannot be read.") from error
    payload, crc = data[: place.size], data[place.size :]
    if masked(google_crc32c.value(payload)).to_bytes(FOOTER, "little") != crc:
        raise NotShown("The record is damaged: its checksum does not match.")
    return payload


def _names(features: Features, settings: ReaderSettings | None) -> list[str]:
    """Return class names: of class/text if the reader has a label map, otherwise of class/label (tf_example_decoder.py)."""
    texts = features.feature[TEXT].bytes_list.value
    if texts and (settings is None or settings.has_label_map):
        return [name.decode("utf-8", "replace") for name in texts]
    shown = settings.id_names if settings is not None else {}
    return [shown.get(label) or f"class {label}" for label in features.feature[LABEL].int64_list.value]
