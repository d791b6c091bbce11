"""Finds pairs of perceptual hashes that differ in few bits, without comparing all pairs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

DISTANCE = 3
"""Bits of 64. Hashes that differ in so few have one of four parts of 16 bits in common."""
PARTS = 4
REACH = 64
"""Hashes with a common part that each is compared with, at most: it bounds the time, and so the pairs that are found."""
_BITS = 64 // PARTS


def find_neighbours(hashes: NDArray[np.uint64], asks: NDArray[np.bool_], answers: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Find a neighbour of each hash: its index, int64 of shape [hashes], or -1 if it has none.

    Takes the time of at most 256 passes over the hashes.

    Args:
        hashes: uint64 of shape [hashes], each once, in ascending order.
        asks: bool of shape [hashes]: find a neighbour of this hash.
        answers: bool of shape [hashes]: this hash can be a neighbour.
    """
    found = np.full(len(hashes), -1, np.int64)
    for part in range(PARTS):
        shift = np.uint64(part * _BITS)
        turned = hashes << shift | hashes >> np.uint64(64) - shift if part else hashes
        order = np.argsort(turned, kind="stable")
        turned = turned[order]
        keys = turned >> np.uint64(64 - _BITS)
        for step in range(1, min(REACH, len(hashes) - 1) + 1):
            together = keys[step:] == keys[:-step]
            if not together.any():
                break
            looking = (asks & (found < 0))[order]
            same = np.flatnonzero(together & (looking[step:] | looking[:-step]))
            near = same[np.bitwise_count(turned[same] ^ turned[same + step]) <= DISTANCE]
            for one, other in ((order[near], order[near + step]), (order[near + step], order[near])):
                fits = asks[one] & answers[other] & (found[one] < 0)
                found[one[fits]] = other[fits]
    return found
