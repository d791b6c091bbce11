"""Whether a test fails with a mutant: first the tests that enter the changed function, then those that enter its module."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mutants.coverage import Coverage, CoveringTest
from mutants.forked import TIMED_OUT, run_pytest
from mutants.mutants import Mutant
from mutants.tree import Tree

PASSED, FAILED, INTERRUPTED = 0, 1, 2
SECONDS = 30.0
"""After which a pytest is ended, and ten times what its tests took without a mutant."""
AT_ONCE = 60
"""Tests in the first pytest of a mutant: most mutants are killed by one of them, and collecting more takes longer."""


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    TIMED_OUT = "timed out"
    SURVIVED = "survived"


@dataclass(frozen=True)
class Result:
    """A mutant and its fate."""

    mutant: Mutant
    fate: Fate
    tests: int
    """How many tests were run, or were about to be."""


def tried(mutant: Mutant, tree: Tree, coverage: Coverage, log: Path) -> Result:
    """Run the tests that may notice a mutant, until one does."""
    run = 0
    with tree.changed(mutant.path, mutant.source):
        for tests in rounds(mutant, coverage.tests):
            run += len(tests)
            seconds = SECONDS + 10 * sum(test.seconds for test in tests)
            arguments = ["-x", f"--basetemp={tree.path}.tmp", *(test.id for test in tests)]
            code = run_pytest(tree.path, arguments, log=log, seconds=seconds)
            if code == TIMED_OUT:
                return Result(mutant, Fate.TIMED_OUT, run)
            if code != PASSED:
                return Result(mutant, Fate.KILLED, run)
    return Result(mutant, Fate.SURVIVED, run)


def rounds(mutant: Mutant, tests: Sequence[CoveringTest]) -> list[list[CoveringTest]]:
    """Return the tests to run: the nearest first, and of those the fastest.

    A test is near that enters the changed function, in a file that is called as the module is: such a file also has the tests
    that enter it in a process of their own. What is outside of functions is held by the tests that enter any of the module, and
    of a module without functions by all tests of the package.
    """
    name = Path(mutant.path).stem

    def is_named_after_it(test: CoveringTest) -> bool:
        return name in Path(test.id.partition("::")[0]).stem

    def distance(test: CoveringTest) -> tuple[bool, bool, float]:
        return (not (mutant.scope and test.enters(mutant.path, mutant.scope)), not is_named_after_it(test), test.seconds)

    near = [test for test in tests if test.enters(mutant.path) or is_named_after_it(test)]
    near = sorted(near or tests, key=distance)
    return [part for part in (near[:AT_ONCE], near[AT_ONCE:]) if part]
