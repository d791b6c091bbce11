"""Which code and which tests belong to a package that `make mutants` knows by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OPERATOR = "operator/detector_operator"
TRAINER = "trainer_image/detector_trainer"


@dataclass(frozen=True)
class Package:
    """Directories of code, the tests that may notice a change in it, and the share of mutants that they have to kill."""

    source: tuple[str, ...]
    tests: tuple[str, ...]
    target: float


DECISIONS = ("tests/unit/operator/policies", "tests/unit/operator/reconcile")
PACKAGES = {
    "policies": Package((f"{OPERATOR}/policies",), DECISIONS, 0.97),
    "reconcile": Package((f"{OPERATOR}/reconcile",), DECISIONS, 0.97),
    "observe": Package((f"{OPERATOR}/observe",), ("tests/unit/operator/observe",), 0.97),
    "builders": Package((f"{OPERATOR}/builders",), ("tests/unit/operator/builders",), 0.97),
    "checks": Package(
        (f"{TRAINER}/validation/checks",), ("tests/unit/validation", "tests/unit/records", "tests/unit/checkpoints"), 0.92
    ),
    "training": Package(
        (f"{TRAINER}/training", f"{TRAINER}/lease", f"{TRAINER}/command"),
        ("tests/unit/training", "tests/unit/lease", "tests/unit/command"),
        0.92,
    ),
}


def sources(root: Path, package: Package) -> Iterator[str]:
    """Yield the paths of the modules of a package, relative to the root of the repository."""
    for directory in package.source:
        for path in sorted((root / directory).rglob("*.py")):
            yield str(path.relative_to(root))
