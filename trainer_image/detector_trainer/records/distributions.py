"""Histograms of brightness and of boxes, and distances between two histograms."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LEVELS = 256
"""Bins of brightness: grey levels."""
PER_OCTAVE, OCTAVES = 8, 16
BINS = PER_OCTAVE * OCTAVES
"""Of sizes and shapes of boxes, an eighth of an octave each."""


def counts_of(octaves: NDArray[np.float64]) -> NDArray[np.int64]:
    """Count values, float64[n] in octaves, into int64[BINS]; values outside 0 to 16 octaves count in the outer bins."""
    bins = np.clip(np.floor(octaves * PER_OCTAVE), 0, BINS - 1).astype(np.int64)
    return np.bincount(bins, minlength=BINS)


def median(counts: NDArray[np.int64]) -> int:
    """Return the bin that contains the median."""
    return int(np.searchsorted(counts.cumsum() * 2, counts.sum()))


def size_of(number: int) -> float:
    """Return the square root of the share of the image at the centre of a bin of box_sizes."""
    return float(2 ** ((number + 0.5) / PER_OCTAVE - OCTAVES))


def aspect_of(number: int) -> float:
    """Return width over height at the centre of a bin of box_aspects."""
    return float(2 ** ((number + 0.5) / PER_OCTAVE - OCTAVES / 2))


def largest_gap(first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
    """Compute the Kolmogorov-Smirnov statistic of two non-empty histograms: 0 (equal) to 1."""
    return float(np.abs(first.cumsum() / first.sum() - second.cumsum() / second.sum()).max())


def stability_index(first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
    """Compute the population stability index of two histograms by class; adds 0.5 to each count, so that none is 0."""
    one, other = ((counts + 0.5) / (counts + 0.5).sum() for counts in (first, second))
    return float(((one - other) * np.log(one / other)).sum())
