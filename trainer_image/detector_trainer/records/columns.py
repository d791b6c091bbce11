"""Features of many records as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from detector_trainer.records import wire
from detector_trainer.records.schema import BYTES, FLOAT, INT64, FeatureSpec

ABSENT = -1
_KINDS = np.zeros(256, np.int8)
_KINDS[[wire.FIELD_1, wire.FIELD_2, wire.FIELD_3]] = BYTES, FLOAT, INT64
_EMPTY = {BYTES: np.empty(0, np.int64), FLOAT: np.empty(0, np.float32), INT64: np.empty(0, np.int64)}


@dataclass
class Column:
    """One feature over the records of a chunk."""

    kind: int
    lengths: NDArray[np.int64]
    """int64 of shape [records]; ABSENT where the feature is missing or of another kind."""
    values: Any
    """All values, one record after the other: a numpy array, or a list of bytes. None where they are only counted."""
    wrong_kinds: list[tuple[int, int]]
    """Record and the kind it has, if that differs from the expected one."""


def read_column(
    data: NDArray[np.uint8], begin: NDArray[np.int64], end: NDArray[np.int64], spec: FeatureSpec
) -> tuple[Column, NDArray[np.bool_]]:
    """Decode a feature of all records; also return which of them encode it in an unusual way.

    Args:
        data: the records' bytes, padded.
        begin: int64 of shape [records], where the Feature message begins; negative where the record has none.
        end: where it ends.
        spec: what is expected.
    """
    lengths = np.full(len(begin), ABSENT, np.int64)
    unusual = np.zeros(len(begin), bool)
    record = np.flatnonzero((begin >= 0) & (begin < end))  # an empty message has no kind: treated as missing
    if not len(record):
        return Column(spec.kind, lengths, [] if spec.kind == BYTES else _EMPTY[spec.kind], []), unusual
    at, stop = begin[record], end[record]
    kinds = _KINDS[data[at]]
    size, body = wire.varints(data, at + 1)
    usual = (kinds > 0) & (body + size == stop)
    unusual[record[~usual]] = True
    other = usual & (kinds != spec.kind)
    wrong = [(int(index), int(kind)) for index, kind in zip(record[other], kinds[other], strict=True)]
    right = usual & (kinds == spec.kind)
    record, body, stop = record[right], body[right], stop[right]
    if spec.kind == BYTES:
        owner, first, last, sound = wire.pieces(data, body, stop)
        counts: NDArray[np.int64] = np.bincount(owner, minlength=len(record))
        raw = data.data
        values: Any = [] if spec.counted else [bytes(raw[i:j]) for i, j in zip(first.tolist(), last.tolist(), strict=True)]
    else:
        counts, values, sound = _numbers(data, body, stop, spec)
    unusual[record[~sound]] = True
    lengths[record] = counts
    return Column(spec.kind, lengths, values, wrong), unusual


def _numbers(
    data: NDArray[np.uint8], body: NDArray[np.int64], stop: NDArray[np.int64], spec: FeatureSpec
) -> tuple[NDArray[np.int64], Any, NDArray[np.bool_]]:
    """Decode lists of numbers: their lengths, the numbers, and which lists are exactly one packed field."""
    size, first = wire.varints(data, body + 1)
    empty = body == stop
    sound = empty | ((data[body] == wire.FIELD_1) & (first + size == stop))
    size = np.where(empty | ~sound, 0, size)
    if spec.kind == FLOAT:
        sound &= size % 4 == 0
        size = np.where(sound, size, 0)
        return size // 4, None if spec.counted else wire.floats(data, first, size), sound
    values, counts, ended = wire.ints(data, first, size)
    return counts, None if spec.counted else values, sound & ended
