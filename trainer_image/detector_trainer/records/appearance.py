"""Measures image quality: brightness, edges and a perceptual hash of small grey pictures, many at a time.

The measures and their limits are those of CleanVision (percentiles of brightness, variance of edges at 64 pixels). The hash is
the one that imagehash calls phash: 64 bits, of which few differ between similar pictures.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIDE = 64
"""Pixels of the longer side, at most."""
NO_HASH = (1 << 64) - 1
"""Marks an image without a hash: no hash has more than half of its bits set."""
FLAT = 4
"""Grey levels, of 256: an image whose pixels differ by no more has one colour. JPEG changes a level or two."""
BATCH = 8
"""Pictures that are processed together: their intermediate results fit into a processor's cache."""
_DCT_SIDE, _HASH_SIDE, _NEXT_TO_EACH_OTHER = 32, 8, 8


@dataclass(frozen=True)
class Appearance:
    """The image quality of a chunk, as columns."""

    seen: NDArray[np.bool_]
    """bool of shape [records]: the image was measured; the other columns are 0 elsewhere."""
    hashes: NDArray[np.uint64]
    """uint64 of shape [records]; NO_HASH where there is none."""
    mean: NDArray[np.uint8]
    """uint8 of shape [records]: mean grey level."""
    low: NDArray[np.uint8]
    """uint8 of shape [records]: the grey level that 5 % of the pixels do not exceed."""
    high: NDArray[np.uint8]
    """uint8 of shape [records]: the grey level that 99 % of the pixels do not exceed."""
    flat: NDArray[np.bool_]
    """bool of shape [records]: of one colour."""
    edges: NDArray[np.float64]
    """float64 of shape [records]: standard deviation of the image after a 3 x 3 edge filter, clipped to a byte."""
    peaks: NDArray[np.float64]
    """float64 of shape [records]: how unequally the pixels are spread over the grey levels: high for drawings."""


@dataclass
class ImageQuality:
    """Measures small grey pictures; those of the same size are processed together."""

    _waiting: dict[tuple[int, int], tuple[list[int], list[NDArray[np.uint8]]]] = field(default_factory=dict)
    _done: list[tuple[NDArray[Any], ...]] = field(default_factory=list)

    def add(self, record: int, picture: NDArray[np.uint8]) -> None:
        """Add the picture of a record: uint8 of shape [height, width]."""
        if max(picture.shape) > SIDE:
            picture = _smaller(picture)
        records, pictures = self._waiting.setdefault((picture.shape[0], picture.shape[1]), ([], []))
        records.append(record)
        pictures.append(picture)
        if len(records) == BATCH:
            self._work(records, pictures)
            del self._waiting[(picture.shape[0], picture.shape[1])]

    def finish(self, size: int) -> Appearance:
        """Return the columns for `size` records and start again. Of a record that was added twice, the last picture counts."""
        for records, pictures in self._waiting.values():
            self._work(records, pictures)
        columns: list[NDArray[Any]] = [
            np.zeros(size, bool),
            np.full(size, NO_HASH, np.uint64),
            *(np.zeros(size, np.uint8) for _ in range(3)),
            np.zeros(size, bool),
            *(np.zeros(size) for _ in range(2)),
        ]
        for places, *values in self._done:
            columns[0][places] = True
            for column, value in zip(columns[1:], values, strict=True):
                column[places] = value
        self._waiting, self._done = {}, []
        return Appearance(*columns)

    def _work(self, records: list[int], pictures: list[NDArray[np.uint8]]) -> None:
        batch = np.stack(pictures)
        levels, pixels = _levels(batch), batch[0].size
        below = levels.cumsum(axis=1)
        used = levels > 0
        lowest, highest = used.argmax(axis=1), 255 - used[:, ::-1].argmax(axis=1)
        flat = highest - lowest <= FLAT
        mean = (levels @ np.arange(256) // pixels).astype(np.uint8)
        low = (below * 100 < 5 * pixels).sum(axis=1).astype(np.uint8)
        high = (below * 100 < 99 * pixels).sum(axis=1).astype(np.uint8)
        height, width = batch.shape[1:]
        shares = levels.reshape(len(batch), -1, _NEXT_TO_EACH_OTHER).sum(axis=2) / pixels  # low quality skips single levels
        peaks = shares.std(axis=1) / _NEXT_TO_EACH_OTHER * SIDE * SIDE * min(height, width) / max(height, width)
        self._done.append((np.array(records), _hashes(batch, flat), mean, low, high, flat, _edges(batch), peaks))


def _levels(batch: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Count the pixels of each grey level: uint8[pictures, height, width] to int64[pictures, 256]."""
    offsets = np.arange(0, 256 * len(batch), 256)
    levels = np.bincount((batch.reshape(len(batch), -1) + offsets[:, None]).ravel(), minlength=256 * len(batch))
    return levels.reshape(-1, 256)


def _edges(batch: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Compute the deviation of edges, float64[pictures], with integer sums, which do not depend on the batch."""
    if min(batch.shape[1:]) < 3:
        return np.full(len(batch), np.inf)  # too small to tell
    values = batch.astype(np.int16)
    rows = values[:, :-2] + values[:, 1:-1]
    rows += values[:, 2:]
    around = rows[:, :, :-2] + rows[:, :, 1:-1]
    around += rows[:, :, 2:]
    edges = values[:, 1:-1, 1:-1] * np.int16(9)
    edges -= around
    np.maximum(edges, 0, out=edges)
    np.minimum(edges, 255, out=edges)
    flat = edges.reshape(len(batch), -1).astype(np.uint16)
    mean = np.add.reduce(flat, axis=1, dtype=np.uint32) / flat.shape[1]
    squares = np.add.reduce(flat * flat, axis=1, dtype=np.uint32) / flat.shape[1]  # at most 255 * 255 each: fits
    deviation: NDArray[np.float64] = np.sqrt(np.maximum(squares - mean * mean, 0.0))
    return deviation


def _hashes(batch: NDArray[np.uint8], flat: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Compare the lowest frequencies of the cosine transform with their median: uint64 of shape [pictures]."""
    height, width = batch.shape[1:]
    low = (_transform(height) @ batch.astype(np.float32) @ _transform(width).T).reshape(len(batch), -1)
    bits = low > np.median(low, axis=1, keepdims=True) + 0.5  # not because of rounding
    hashes: NDArray[np.uint64] = np.packbits(bits, axis=1).view(">u8")[:, 0].astype(np.uint64)
    hashes[flat] = NO_HASH
    return hashes


@lru_cache(256)
def _averages(size: int, parts: int) -> NDArray[np.float32]:
    """Return the matrix that averages equal parts of a line of pixels: float32 of shape [parts, size]."""
    edges = np.arange(parts + 1) * (size / parts)
    first, last = np.maximum(edges[:-1, None], np.arange(size)), np.minimum(edges[1:, None], np.arange(1, size + 1))
    averages: NDArray[np.float64] = np.maximum(last - first, 0) * (parts / size)
    return averages.astype(np.float32)


@lru_cache(256)
def _transform(size: int) -> NDArray[np.float32]:
    """Return the matrix from a line of pixels, scaled to 32, to its 8 lowest frequencies: float32 of shape [8, size]."""
    frequency, place = np.arange(_HASH_SIDE)[:, None], np.arange(size)
    transform: NDArray[np.float64] = np.cos(np.pi / size * frequency * (place + 0.5)) * (_DCT_SIDE / size)
    return transform.astype(np.float32)


def _smaller(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = picture.shape
    scale = SIDE / max(height, width)
    rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
    small: NDArray[np.float32] = _averages(height, rows) @ picture.astype(np.float32) @ _averages(width, columns).T
    return (small + 0.5).astype(np.uint8)
