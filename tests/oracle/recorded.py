"""The trainer's verdicts on the hand-made cases, written down with the versions they came from: `recorded.json`."""

from __future__ import annotations

import json
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from oracle.handmade import ROWS, Row
from oracle.verdict import Trainer

RECORDED = Path(__file__).with_name("recorded.json")
PACKAGES = "tensorflow-cpu", "tensorflow", "tf-keras", "tf-models-official", "tf-models-research-object-detection"


def versions() -> dict[str, str]:
    """Of the trainer that is installed; TensorFlow is one of two packages."""
    found = {}
    for name in PACKAGES:
        with suppress(PackageNotFoundError):
            found[name.removesuffix("-cpu")] = version(name)
    return found


def read() -> dict[str, Any]:
    """`versions`, and `cases` by their names."""
    loaded: dict[str, Any] = json.loads(RECORDED.read_text())
    return loaded


def verdicts() -> dict[str, Trainer]:
    """The trainer's verdicts by the names of the cases."""
    return {name: Trainer(**entry["trainer"]) for name, entry in read()["cases"].items()}


def missing() -> list[Row]:
    """The cases that it does not have, or has otherwise, or from another trainer."""
    if not RECORDED.exists() or read()["versions"] != versions():
        return list(ROWS)
    known = {name: (entry["base"], entry["edits"]) for name, entry in read()["cases"].items()}
    return [row for row in ROWS if known.get(row.name) != (row.case.base, row.case.edits)]


def write(seen: dict[str, Trainer]) -> None:
    """Writes down what the trainer did now, in addition to what it did before; the cases in the order of the table."""
    if RECORDED.exists():
        seen = verdicts() | seen
    cases = {
        row.name: {"entries": row.entries, "base": row.case.base, "edits": row.case.edits, "trainer": seen[row.name].to_json()}
        for row in ROWS
    }
    RECORDED.write_text(json.dumps({"versions": versions(), "cases": cases}, indent=1, ensure_ascii=True) + "\n")
