"""The mutants of a package: a seeded sample, without those that are known to be equivalent."""

from __future__ import annotations

import ast
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mutants.equivalents import Equivalent
from mutants.mutations import Mutation, mutations
from mutants.packages import Package, sources


@dataclass(frozen=True)
class Mutant:
    """One changed module."""

    path: str
    line: int
    scope: str
    change: str
    source: str

    def __str__(self) -> str:
        where = f" in {self.scope}" if self.scope else ""
        return f"{self.path}:{self.line}{where}: {self.change}"


def sampled(
    root: Path, package: Package, equivalents: Sequence[Equivalent], *, seed: str, most: int | None, only: str = ""
) -> list[Mutant]:
    """Return `most` of a package's mutants, all if None; the same ones for the same seed and code. `only`: of such paths."""
    found: list[tuple[str, ast.Module, Mutation]] = []
    for path in sources(root, package):
        if only in path:
            tree = ast.parse((root / path).read_text(encoding="utf-8"))
            found += [(path, tree, mutation) for mutation in mutations(tree)]
    real = [
        (path, tree, mutation)
        for path, tree, mutation in found
        if not any(known.covers(path, mutation.scope, mutation.change) for known in equivalents)
    ]
    if most is not None and most < len(real):
        chosen = sorted(random.Random(f"{seed} {package.source}").sample(range(len(real)), most))
        real = [real[index] for index in chosen]
    return [Mutant(path, mutation.line, mutation.scope, mutation.change, mutation.applied(tree)) for path, tree, mutation in real]
