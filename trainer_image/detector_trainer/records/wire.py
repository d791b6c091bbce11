"""Decodes the protobuf wire format of many records together: each step is a numpy operation on all of them.

Records that are not encoded as usual (fields in order, numbers packed, lengths consistent) are reported, not guessed: example.py
parses them with upb.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

FIELD_1, FIELD_2, FIELD_3 = 0x0A, 0x12, 0x1A
"""Tags of length-delimited fields."""
PADDING = 512
"""Bytes that must follow the data, so that no read goes beyond its end."""
MAX_NAME = 48
"""Bytes; the trainer reads no feature with a longer name."""
_NAME, _FLOAT = np.dtype(f"V{MAX_NAME}"), np.dtype("<f4")
Element = TypeVar("Element", bound=np.generic)


class Names:
    """Feature names to find; each has its index as its number."""

    def __init__(self, names: list[bytes]) -> None:
        self._factors = np.random.default_rng(20).integers(1, 1 << 63, MAX_NAME // 8, np.uint64) | np.uint64(1)
        self._masks = np.tri(256, MAX_NAME, -1, np.uint8) * np.uint8(255)
        self._masks[MAX_NAME + 1 :] = 0  # a longer name is none of these
        self._masks = self._masks.view(np.uint64)
        words = np.array(names, f"S{MAX_NAME}").view(np.uint64).reshape(-1, len(self._factors))
        hashes = self._hashed(words)
        order = np.argsort(hashes)
        self._hashes, self._words, self._numbers = hashes[order], words[order], order
        self._lengths = np.array([len(name) for name in names])[order]

    def __len__(self) -> int:
        """Return the number of names."""
        return len(self._hashes)

    def _hashed(self, words: NDArray[np.uint64]) -> NDArray[np.uint64]:
        hashes: NDArray[np.uint64] = (words * self._factors).sum(axis=1)
        return hashes

    def find(self, data: NDArray[np.uint8], at: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
        """Find the number of the name at each offset, -1 for an unknown name.

        Args:
            data: uint8[bytes].
            at: int64[n], offsets of names.
            lengths: int64[n], below 256.

        Returns:
            int64[n].
        """
        words = elements(data, _NAME, at).view(np.uint64).reshape(-1, len(self._factors)) & self._masks[lengths]
        if (
            len(at) and (words == words[0]).all() and (lengths == lengths[0]).all()
        ):  # all records have their features in one order
            return np.repeat(self._place(words[:1], lengths[:1]), len(at))
        return self._place(words, lengths)

    def _place(self, words: NDArray[np.uint64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
        place = np.minimum(np.searchsorted(self._hashes, self._hashed(words)), len(self._hashes) - 1)
        same = (self._words[place] == words).all(axis=1) & (self._lengths[place] == lengths)
        numbers: NDArray[np.int64] = np.where(same, self._numbers[place], -1)
        return numbers


@dataclass
class Places:
    """Offsets of the features in the records."""

    begin: NDArray[np.int64]
    """int64 of shape [names, records]: first byte of the Feature message; -1 where it is absent."""
    end: NDArray[np.int64]
    unusual: NDArray[np.bool_]
    """bool of shape [records]: not encoded as usual."""
    others: list[bytes]
    """Names of other features, of the first records."""


def find_features(data: NDArray[np.uint8], begin: NDArray[np.int64], end: NDArray[np.int64], names: Names) -> Places:
    """Walk the map entries of all records, `data[begin:end]` each (int64[records]). Of a duplicate name the last one counts."""
    count = len(begin)
    places = Places(
        np.full((len(names), count), -1, np.int64), np.full((len(names), count), -1, np.int64), np.zeros(count, bool), []
    )
    record = np.flatnonzero(begin < end)
    at, stop = begin[record], end[record]
    while len(record):
        length, body = varints(data, at + 1)
        after = body + length
        name_length = data[body + 1].astype(np.int64)
        name = body + 2
        value = np.minimum(name + name_length, stop)
        value_length, feature = varints(data, value + 1)
        usual = (
            (data[at] == FIELD_1)
            & (after <= stop)
            & (data[body] == FIELD_1)
            & (name_length < 128)
            & (data[value] == FIELD_2)
            & (feature + value_length == after)
        )
        if not usual.all():
            places.unusual[record[~usual]] = True
            record, after, stop, name, name_length, feature = (
                column[usual] for column in (record, after, stop, name, name_length, feature)
            )
        number = names.find(data, name, name_length)
        known = number >= 0
        places.begin[number[known], record[known]] = feature[known]
        places.end[number[known], record[known]] = after[known]
        if not known.all():
            some = np.flatnonzero(~known)[:4]
            places.others += {data[name[i] : name[i] + name_length[i]].tobytes() for i in some}
        on = after < stop
        record, at, stop = record[on], after[on], stop[on]
    return places


def varints(data: NDArray[np.uint8], at: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Decode the varint at each offset. Args: data uint8[bytes], at int64[n]. Returns (values, next offsets), both int64[n].

    A varint of more than 5 bytes gets a value larger than any valid length.
    """
    byte = data[at].astype(np.int64)
    at = at + 1
    more = np.flatnonzero(byte >= 0x80)
    if not len(more):
        return byte, at
    byte[more] &= 0x7F
    for shift in (7, 14, 21, 28):
        following = data[at[more]].astype(np.int64)
        byte[more] |= (following & 0x7F) << shift
        at[more] += 1
        more = more[following >= 0x80]
        if not len(more):
            return byte, at
    byte[more] = 1 << 40
    return byte, at


def floats(data: NDArray[np.uint8], begin: NDArray[np.int64], size: NDArray[np.int64]) -> NDArray[np.float32]:
    """Decode the packed floats of all pieces, begin and size int64[pieces] in bytes, into float32[sum(size) / 4]."""
    counts = size // 4
    at = np.repeat(begin, counts) + 4 * within(counts)
    return elements(data, _FLOAT, at)


def elements(data: NDArray[np.uint8], kind: np.dtype[Element], at: NDArray[np.int64]) -> NDArray[Element]:
    """Gather elements of a dtype at any offsets of the data. Args: data uint8[bytes], at int64[n]. Returns kind[n]."""
    everywhere: NDArray[Element] = np.ndarray((len(data) - kind.itemsize + 1,), kind, data, strides=(1,))
    return everywhere[at]


def ints(
    data: NDArray[np.uint8], begin: NDArray[np.int64], size: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Decode the packed varints of all pieces.

    Args:
        data: uint8[bytes].
        begin: int64[pieces], offsets.
        size: int64[pieces], bytes.

    Returns:
        int64[values]: all values, one piece after the other; int64[pieces]: number of values; bool[pieces]: well-formed.
    """
    bytes_: NDArray[np.uint8] = data[np.repeat(begin, size) + within(size)]
    last = bytes_ < 0x80
    edges = np.cumsum(size)
    sums = np.concatenate([[0], np.cumsum(last)])
    counts = sums[edges] - sums[edges - size]
    if not len(bytes_):
        return np.empty(0, np.int64), counts, np.ones(len(size), bool)
    sound = (size == 0) | last[np.maximum(edges, 1) - 1]
    starts = np.concatenate([[0], np.flatnonzero(last)[:-1] + 1]) if last.any() else np.empty(0, np.int64)
    lengths = np.diff(np.concatenate([starts, [len(bytes_)]]))
    too_long = starts[lengths > 10]
    sound[np.searchsorted(edges, too_long, side="right")] = False
    shift = np.minimum(within(lengths), 9) * 7
    groups = (bytes_ & 0x7F).astype(np.uint64) << shift.astype(np.uint64)
    values = np.add.reduceat(groups, starts).view(np.int64) if len(starts) else np.empty(0, np.int64)
    return values, counts, sound


def within(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the index within each group: 0, 1 … counts[0]-1, 0, 1 … counts[1]-1, … as int64[sum(counts)]."""
    starts = np.cumsum(counts) - counts
    indices: NDArray[np.int64] = np.arange(int(counts.sum())) - np.repeat(starts, counts)
    return indices


def pieces(
    data: NDArray[np.uint8], begin: NDArray[np.int64], end: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]:
    """Find the elements of lists of bytes, `data[begin:end]` each (int64[lists]).

    Returns:
        int64[elements], in order: its list, its begin, its end; bool[lists]: well-formed.
    """
    sound = np.ones(len(begin), bool)
    owner, first, last = [], [], []
    which = np.flatnonzero(begin < end)
    at, stop = begin[which], end[which]
    while len(which):
        length, body = varints(data, at + 1)
        after = body + length
        good = (data[at] == FIELD_1) & (after <= stop)
        sound[which[~good]] = False
        owner.append(which[good])
        first.append(body[good])
        last.append(after[good])
        on = good & (after < stop)
        which, at, stop = which[on], after[on], stop[on]
    if not owner:
        none = np.empty(0, np.int64)
        return none, none, none, sound
    owners = np.concatenate(owner)
    order = np.argsort(owners, kind="stable")
    return owners[order], np.concatenate(first)[order], np.concatenate(last)[order], sound
