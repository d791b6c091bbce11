"""Images whose hashes are near each other are found."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detector_trainer.records.hash_neighbours import DISTANCE, REACH, find_neighbours

HASHES = st.lists(st.integers(0, (1 << 64) - 1), min_size=1, max_size=8, unique=True)
FLIPS = st.lists(st.tuples(st.integers(0, 30), st.lists(st.integers(0, 63), max_size=5, unique=True)), max_size=20)


@given(HASHES, FLIPS, st.randoms(use_true_random=False))
def test_those_near_are_found_as_by_comparing_all_with_all(some, flips, random):
    numbers = set(some)
    for index, bits in flips:
        numbers.add(some[index % len(some)] ^ sum(1 << bit for bit in bits))
    hashes = np.array(sorted(numbers), np.uint64)
    asks, answers = (np.array([random.random() < 0.7 for _ in numbers]) for _ in range(2))
    found = find_neighbours(hashes, asks, answers)
    near = np.bitwise_count(hashes[:, None] ^ hashes) <= DISTANCE
    np.fill_diagonal(near, False)
    assert ((found >= 0) == (near & answers).any(axis=1) & asks).all()
    for one in np.flatnonzero(found >= 0):
        assert near[one, found[one]]
        assert answers[found[one]]


def test_of_many_that_have_a_part_in_common_some_are_compared():
    """All with all would be two thousand million comparisons: these are 64 each, and nearly all are found."""
    hashes = np.unique(np.random.default_rng(0).integers(0, 1 << 24, 60_000)).astype(np.uint64) << np.uint64(40)
    everything = np.ones(len(hashes), bool)
    assert (find_neighbours(hashes, everything, everything) >= 0).mean() > 0.5
    assert REACH == 64
