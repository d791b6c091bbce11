"""The trainer's verdicts on the hand-made cases, written down with the versions they came from: `recorded.json`."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from oracle.handmade import ROWS
from oracle.run import Result
from oracle.verdict import Trainer

RECORDED = Path(__file__).with_name("recorded.json")
PACKAGES = "tensorflow", "tf-keras", "tf-models-official", "tf-models-research-object-detection"


def versions() -> dict[str, str]:
    """Of the trainer that is installed."""
    return {name: version(name) for name in PACKAGES}


def read() -> dict[str, Any]:
    """`versions`, and `cases` by their names."""
    loaded: dict[str, Any] = json.loads(RECORDED.read_text())
    return loaded


def verdicts() -> dict[str, Trainer]:
    """The trainer's verdicts by the names of the cases."""
    return {name: Trainer(**entry["trainer"]) for name, entry in read()["cases"].items()}


def write(results: dict[str, Result]) -> None:
    """Writes down what the trainer said; the cases in the order of the table."""
    cases = {
        row.name: {
            "entries": row.entries,
            "base": row.case.base,
            "edits": row.case.edits,
            "trainer": results[row.name].trainer.to_json(),
        }
        for row in ROWS
    }
    RECORDED.write_text(json.dumps({"versions": versions(), "cases": cases}, indent=1, ensure_ascii=True) + "\n")
