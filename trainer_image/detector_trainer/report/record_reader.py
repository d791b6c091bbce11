"""Reads single records of a file: by their lengths it steps over those that are not asked for."""

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
"""A larger record is not read for a picture."""
_LENGTH = struct.Struct("<QI").unpack


class NotShown(Exception):
    """Something cannot be shown; the message is a sentence for people."""


class Box(NamedTuple):
    """A box as the record has it."""

    ymin: float
    xmin: float
    ymax: float
    xmax: float
    name: str


@dataclass(frozen=True)
class Record:
    """What is shown of a record."""

    image: bytes
    """Encoded; empty if the record has none."""
    boxes: Sequence[Box]
    remark: str = ""
    """A sentence, if its boxes are not all that the record says of them."""


class Place(NamedTuple):
    """Where a record's payload is."""

    file: str
    number: int
    start: int
    size: int


class Budget:
    """Seconds that all reading for a page may take: a slow storage must not hold up the verdict."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """Raises NotShown when the time is over."""
        if time.monotonic() > self._end:
            raise NotShown("The storage was too slow to read it once more for this page.")


def walk(file: str, budget: Budget) -> Iterator[Place]:
    """The records of a file, up to the first that is cut off or has no valid length.

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
    """The places of some records of a file; those that are missing in it are left out."""
    found: dict[int, Place] = {}
    last = max(numbers)
    for place in walk(file, budget):
        if place.number in numbers:
            found[place.number] = place
        if place.number >= last:
            break
    return found


def read(place: Place, settings: ReaderSettings | None, budget: Budget) -> Record:
    """A record; its boxes have the names that the trainer would give them.

    Raises:
        NotShown: it cannot be read.
    """
    budget.check()
    payload = _payload(place)
    wanted = {name.encode() for name in (*SIDES, LABEL, TEXT)}
    try:
        usual, image = usual_form(payload, wanted, whole=True)
    except NotAnExample:
        raise NotShown("The record is no tf.train.Example.") from None
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
        remark = "The four sides have unequal numbers of values: {} of ymin, {} of xmin, {} of ymax, {} of xmax.".format(*lengths)
    return Record(image or b"", boxes, remark)


def _payload(place: Place) -> bytes:
    if place.size > MAX_BYTES:
        raise NotShown(f"The record has {place.size:,} bytes, too many to be shown here.")
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
    """Of the text if there is a label map, else of the label, as in tf_example_decoder.py."""
    texts = features.feature[TEXT].bytes_list.value
    if texts and (settings is None or settings.has_label_map):
        return [name.decode("utf-8", "replace") for name in texts]
    shown = settings.id_names if settings is not None else {}
    return [shown.get(label) or f"class {label}" for label in features.feature[LABEL].int64_list.value]
