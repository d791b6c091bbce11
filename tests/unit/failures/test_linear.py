"""A search takes time proportional to the length of the text, whatever the text is.

A log may be hostile. Two repetitions of a pattern that both backtrack over the same characters make a search quadratic: 20 kB took
3 s. This holds the structure of each pattern that excludes it, because a test that measures time is not deterministic.
"""

from __future__ import annotations

import re._parser as parser  # type: ignore[import-not-found]  # private, and not in typeshed
from collections.abc import Iterator
from typing import Any

import pytest

from detector_trainer.failures import classify
from detector_trainer.failures.classify import LONGEST_TEXT
from detector_trainer.failures.failure import LONGEST_REPETITION
from detector_trainer.failures.table import FAILURES

SHORT = 20
"""Repetitions up to this length may backtrack beside a long one."""
AFTER_A_GAP = 300
"""Characters that possessive repetitions may read at each position of a long one: not counted is one at the end, which cannot fail."""
PATTERNS = [
    pytest.param(pattern, id=f"{failure.code} {number}")
    for failure in FAILURES
    for number, pattern in enumerate(failure.patterns, 1)
]
Item = tuple[Any, Any]


def alternatives(items: list[Item]) -> list[list[Item]]:
    """Return every way through the groups and branches of a parsed pattern, as flat sequences of items."""
    ways: list[list[Item]] = [[]]
    for kind, value in items:
        if kind is parser.SUBPATTERN:
            inner = alternatives(list(value[3]))
        elif kind is parser.BRANCH:
            inner = [way for branch in value[1] for way in alternatives(list(branch))]
        elif kind in (parser.MAX_REPEAT, parser.MIN_REPEAT) and value[1] == 1:  # optional: with it, and without
            inner = [[], *alternatives(list(value[2]))]
        else:
            inner = [[(kind, value)]]
        ways = [[*way, *more] for way in ways for more in inner]
    return ways


def repetitions(way: list[Item]) -> Iterator[tuple[bool, int]]:
    """Yield for each repetition of a sequence whether it backtracks, and its upper bound."""
    for kind, value in way:
        if kind in (parser.MAX_REPEAT, parser.MIN_REPEAT, parser.POSSESSIVE_REPEAT):
            yield kind is not parser.POSSESSIVE_REPEAT, int(value[1])


def is_linear(pattern: str) -> bool:
    """Tell whether the structure of a pattern bounds the work at each character of a text."""
    for way in alternatives(list(parser.parse(pattern))):
        found = list(repetitions(way))
        if any(most > LONGEST_REPETITION for _, most in found):
            return False
        gaps = [index for index, (backtracks, most) in enumerate(found) if backtracks and most > SHORT]
        if len(gaps) > 1:
            return False
        ends_with_one = way[-1][0] is parser.POSSESSIVE_REPEAT
        after = found[gaps[0] + 1 : len(found) - ends_with_one] if gaps else []
        if sum(most for _, most in after) > AFTER_A_GAP:
            return False
    return True


@pytest.mark.parametrize("pattern", PATTERNS)
def test_each_pattern_is_linear(pattern: str):
    assert is_linear(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"NotFoundError[^\n]*?(?P<path>\S+\.pbtxt); No such file or directory",
        r"variable '\s*(?P<name>[^']*?)\s*': Shape",
        r"failed to allocate [\d.]+\S* \(\d+ bytes\)",
        r"a[^\n]{0,3000}?b[^\n]{0,3000}?c",
        r"a{1,30}(?:b{1,30}|c)d",
        r"a{0,3001}+b",
        r"a[^\n]{0,3000}?b{0,301}+c",
    ],
)
def test_a_quadratic_pattern_is_found(pattern: str):
    assert not is_linear(pattern)


def test_a_text_of_megabytes_is_searched_only_at_its_ends():
    hidden = "DataLossError: truncated record at 7"
    half = "x" * (LONGEST_TEXT // 2)
    assert classify(f"{half}\n{hidden}\n{half}") is None
    found = classify("x" * 5_000_000 + f"\n{hidden}")
    assert found is not None
    assert found.code == "records/truncated"
