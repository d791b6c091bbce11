"""Change one thing in the code, and see whether a unit test fails: `make mutants SEED=1 SAMPLE=200 PACKAGES="policies observe"`.

Prints the score of each package, and every mutant that survived. Exit code: 0 every package has its target, 1 one has not.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from mutants import equivalents
from mutants.coverage import Coverage, measured
from mutants.forked import preload
from mutants.mutants import Mutant, sampled
from mutants.packages import PACKAGES, Package
from mutants.run import Fate, Result, tried
from mutants.tree import Tree

ROOT = Path(__file__).resolve().parents[2]
_tree: Tree


def main(argv: Sequence[str] | None = None) -> int:
    """Run the mutants of some packages."""
    options = _options(argv)
    reached = True
    with tempfile.TemporaryDirectory(prefix="mutants-") as scratch:
        tree = Tree(ROOT, Path(scratch, "unchanged"))
        tree.use()
        for name in options.packages:
            package = PACKAGES[name]
            coverage = measured(ROOT, tree.path, package.tests, _cache())
            for test in coverage.failed:
                sys.stderr.write(f"mutants: left out, because it does not pass without a mutant either: {test}\n")
            mutants = sampled(ROOT, package, equivalents.read(), seed=options.seed, most=options.sample, only=options.only)
            begun = time.monotonic()
            results = _tried(mutants, coverage, Path(scratch), options.jobs)
            reached &= _reported(name, package, results, options, time.monotonic() - begun)
    return 0 if reached else 1


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mutants", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", default="1", help="which mutants are in the sample; default 1")
    parser.add_argument("--sample", type=int, metavar="N", help="mutants of each package; default: all")
    parser.add_argument("--only", default="", metavar="PATH", help="only mutants of files with this in their path")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="mutants that are tried in parallel")
    parser.add_argument("packages", nargs="+", choices=list(PACKAGES), metavar="PACKAGE", help=", ".join(PACKAGES))
    return parser.parse_args(argv)


def _tried(mutants: Sequence[Mutant], coverage: Coverage, scratch: Path, jobs: int) -> list[Result]:
    preload(coverage.modules)
    results = []
    with ProcessPoolExecutor(jobs, get_context("fork"), initializer=_begin, initargs=(scratch,)) as pool:
        for result in pool.map(partial(_try, coverage, scratch), mutants):
            results.append(result)
            if result.fate is not Fate.KILLED:
                sys.stdout.write(f"{result.fate} ({result.tests} tests): {result.mutant}\n")
                sys.stdout.flush()
    return results


def _begin(scratch: Path) -> None:
    """Give a worker a tree of its own."""
    global _tree
    _tree = Tree(ROOT, scratch / f"worker-{os.getpid()}")
    _tree.use()


def _try(coverage: Coverage, scratch: Path, mutant: Mutant) -> Result:
    return tried(mutant, _tree, coverage, scratch / f"worker-{os.getpid()}.log")


def _reported(name: str, package: Package, results: Sequence[Result], options: argparse.Namespace, seconds: float) -> bool:
    fates = Counter(result.fate for result in results)
    noticed = len(results) - fates[Fate.SURVIVED]
    score = noticed / len(results) if results else 1.0
    sys.stdout.write(
        f"{name}: {score:.1%} of {len(results)} mutants noticed (seed {options.seed}; {fates[Fate.TIMED_OUT]} by a time-out), "
        f"target {package.target:.0%}, {seconds:.0f} s\n"
    )
    sys.stdout.flush()
    return score >= package.target


def _cache() -> Path:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "detector-training" / "mutants"


if __name__ == "__main__":
    sys.exit(main())
