"""Pairs of perceptual hashes that differ in few bits, found without comparing all with all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

DISTANCE = 3
"""Bits of 64. Hashes that differ in so few have one of four parts of 16 bits in common."""
PARTS = 4
REACH = 64
"""How many that have a part in common are compared with each, at most: that bounds the time, and with it what is found."""
_BITS = 64 // PARTS


def find_neighbours(hashes: NDArray[np.uint64], asks: NDArray[np.bool_], answers: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Of each hash, another one that is near: int64 of shape [hashes], -1 where there is none.

    The time is that of 256 passes over the hashes at most.

    Args:
        hashes: uint64 of shape [hashes], each once, rising.
        asks: bool of shape [hashes]: whether a partner is looked for.
        answers: bool of shape [hashes]: whether it can be one.
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
