"""Recorded cases of the real trainer (tests/oracle/recorded.json), which the tests of checks name."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path

from oracle import recorded
from oracle.handmade import ROWS, Row
from oracle.verdict import TRAINS, Trainer
from support.inputs import codes


@cache
def rows() -> dict[str, Row]:
    """Return the cases by name."""
    return {row.name: row for row in ROWS}


@cache
def verdicts() -> dict[str, Trainer]:
    """Return the verdicts of the trainer by the names of the cases."""
    return recorded.verdicts()


def assert_recorded(name: str, code: str, folder: Path, beside: Collection[str] = ()) -> None:
    """Assert that a case is recorded, and that the validator finds this code and no error but those of `beside`."""
    assert name in verdicts(), f"tests/oracle/recorded.json has no case {name!r}"
    found = codes(rows()[name].case.write(folder / "case").report())
    assert code in found, f"{name}: {found}"
    assert {other for other, severity in found.items() if severity == "error"} <= {code, *beside}


def warned(name: str, code: str, folder: Path) -> bool:
    """Tell whether the validator finds a code as a warning, and no error, in a case that the trainer accepts."""
    assert verdicts()[name].verdict == TRAINS
    found = codes(rows()[name].case.write(folder / "warned").report())
    return found.get(code) == "warning" and "error" not in found.values()
