"""How brightness and boxes are distributed: counts that add up, and how far two of them are apart."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from detector_trainer.validation.scan.chunk import Chunk

LEVELS = 256
PER_OCTAVE, OCTAVES = 8, 16
_BINS = PER_OCTAVE * OCTAVES


def _zeros(size: int) -> NDArray[np.int64]:
    return np.zeros(size, np.int64)


@dataclass
class Distributions:
    """Counts over the images and boxes of a reader."""

    brightness: NDArray[np.int64] = field(default_factory=partial(_zeros, LEVELS))
    """int64 of shape [256]: images by mean grey level."""
    box_sizes: NDArray[np.int64] = field(default_factory=partial(_zeros, _BINS))
    """int64 of shape [128]: boxes by the square root of their share of the image, an eighth of an octave each."""
    box_aspects: NDArray[np.int64] = field(default_factory=partial(_zeros, _BINS))
    """int64 of shape [128]: boxes by width over height in pixels, an eighth of an octave each."""
    images_with_boxes: int = 0
    """Those whose boxes are counted."""

    def add(self, chunk: Chunk) -> None:
        """Counts the images that were looked at, and the boxes with an area in images of known size."""
        appearance = chunk.appearance
        self.brightness += np.bincount(appearance.mean[appearance.seen], minlength=LEVELS)
        boxes = chunk.boxes()
        ymin, xmin, ymax, xmax = boxes.sides.astype(np.float64)
        with np.errstate(invalid="ignore"):
            height, width = ymax - ymin, xmax - xmin
            pixels = chunk.image_sizes[boxes.record].T
            kept = (height > 0) & (width > 0) & (height <= 1) & (width <= 1) & (pixels[0] > 0)
        height, width, pixels = height[kept], width[kept], pixels[:, kept]
        self.images_with_boxes += len(np.unique(boxes.record[kept]))
        self.box_sizes += _counts(np.log2(height * width) / 2 + OCTAVES)  # at most the whole image
        self.box_aspects += _counts(np.log2(width * pixels[1] / (height * pixels[0])) + OCTAVES / 2)

    def merge(self, other: Distributions) -> None:
        """Adds those of other files."""
        self.brightness += other.brightness
        self.box_sizes += other.box_sizes
        self.box_aspects += other.box_aspects
        self.images_with_boxes += other.images_with_boxes


def _counts(octaves: NDArray[np.float64]) -> NDArray[np.int64]:
    """Counts of values from 0 to 16 octaves; those beyond count at the ends."""
    bins = np.clip(np.floor(octaves * PER_OCTAVE), 0, _BINS - 1).astype(np.int64)
    return np.bincount(bins, minlength=_BINS)


def median(counts: NDArray[np.int64]) -> int:
    """The bin that holds the median."""
    return int(np.searchsorted(counts.cumsum() * 2, counts.sum()))


def size_of(number: int) -> float:
    """The square root of the share of the image in the middle of a bin of box_sizes."""
    return float(2 ** ((number + 0.5) / PER_OCTAVE - OCTAVES))


def aspect_of(number: int) -> float:
    """Width over height in the middle of a bin of box_aspects."""
    return float(2 ** ((number + 0.5) / PER_OCTAVE - OCTAVES / 2))


def largest_gap(first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
    """The Kolmogorov-Smirnov statistic of two rows of counts, neither of them empty: from 0, alike, to 1."""
    return float(np.abs(first.cumsum() / first.sum() - second.cumsum() / second.sum()).max())


def stability_index(first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
    """The population stability index of two rows of counts by class; half of one is added to each, so that none is 0."""
    one, other = ((counts + 0.5) / (counts + 0.5).sum() for counts in (first, second))
    return float(((one - other) * np.log(one / other)).sum())
