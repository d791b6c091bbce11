"""Mutants that no test can kill, because they do the same as the code: equivalent.toml, with the reason of each."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("equivalent.toml")


@dataclass(frozen=True)
class Equivalent:
    """A mutation of a function, or with scope "" of what is outside of functions, of a module."""

    module: str
    """Its path without the directory that the packages are in, e.g. detector_operator/policies/stall.py."""
    scope: str
    changes: Sequence[str]
    """As the report names them."""
    reason: str

    def covers(self, path: str, scope: str, change: str) -> bool:
        """Return whether a mutant is this one."""
        return path.endswith(f"/{self.module}") and scope == self.scope and change in self.changes


def read(path: Path = FILE) -> list[Equivalent]:
    """Return all entries of the file.

    Raises:
        ValueError: an entry gives no reason.
    """
    found = []
    entries: Sequence[Mapping[str, object]] = tomllib.loads(path.read_text(encoding="utf-8")).get("equivalent", [])
    for entry in entries:
        changes = entry["changes"]
        if not entry.get("reason") or not isinstance(changes, list):
            raise ValueError(f"{path.name}: {entry}: give changes and a reason")
        found.append(Equivalent(str(entry["module"]), str(entry.get("in", "")), changes, str(entry["reason"])))
    return found
