"""Hashes of the images of a reader: exact and perceptual."""

from __future__ import annotations

from array import array
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from detector_trainer.records.accumulator import Sums, column
from detector_trainer.records.appearance import NO_HASH
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings


class ImageHashes(Sums):
    """Two hashes of each image."""

    code = "shared/image-hashes"
    exact: array[int] = column()
    """Per record, if the reader's images are hashed: size and CRC32C of the image, 0 if there is none."""
    looks: array[int] = column()
    """Per record, if images are decoded: the perceptual hash, NO_HASH if there is none. Then as long as `exact`."""

    def add(self, chunk: Chunk, settings: ReaderSettings) -> None:
        """Append the hashes of the next records."""
        self.exact.frombytes(chunk.image_hashes.tobytes())
        if settings.decode_images:
            self.looks.frombytes(chunk.appearance.hashes.tobytes())


class HashedImages:
    """The images of a reader that have a perceptual hash, copies byte for byte counted once."""

    def __init__(self, hashes: ImageHashes, *, without: ImageHashes | None = None) -> None:
        """Select the images in `hashes`, without exact copies of images in `without`."""
        exact, looks = np.array(hashes.exact, np.uint64), np.array(hashes.looks, np.uint64)
        if len(looks) != len(exact):  # not decoded: no perceptual hashes
            exact = exact[:0]
        kept = np.flatnonzero((exact != 0) & (looks[: len(exact)] != NO_HASH))
        if without is not None:
            kept = kept[~np.isin(exact[kept], np.array(without.exact, np.uint64))]
        _, first = np.unique(exact[kept], return_index=True)
        self._records = np.sort(kept[first])
        self._looks = looks[self._records]

    @property
    def number(self) -> int:
        """Number of images."""
        return len(self._records)

    @cached_property
    def _groups(self) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
        return np.unique(self._looks, return_index=True, return_counts=True)

    @property
    def hashes(self) -> NDArray[np.uint64]:
        """uint64 of shape [hashes], each once, in ascending order."""
        return self._groups[0]

    @property
    def counts(self) -> NDArray[np.int64]:
        """int64 of shape [hashes]: number of images with each hash."""
        return self._groups[2]

    def first(self, number: int) -> int:
        """Return the first record with a hash, by the index of the hash."""
        return int(self._records[self._groups[1][number]])

    def second(self, number: int) -> int:
        """Return the second record with a hash that several images have."""
        return int(self._records[np.flatnonzero(self._looks == self.hashes[number])[1]])

    def earliest(self, which: NDArray[np.bool_]) -> int:
        """Return the index of the hash that occurs first in the records. Args: which bool[hashes], at least one true."""
        numbers = np.flatnonzero(which)
        return int(numbers[self._groups[1][numbers].argmin()])
