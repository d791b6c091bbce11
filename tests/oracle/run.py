"""Runs cases past both judges, and counts how often they agree."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from oracle.case import Case
from oracle.verdict import FAILS, GARBAGE, HIDDEN, TRAINS, Trainer, Validator, agree
from oracle.worker import Worker

SAID = "error", "deep error", "warning", "nothing"


@dataclass(frozen=True)
class Result:
    """A case and its two verdicts."""

    case: Case
    trainer: Trainer
    validator: Validator

    @property
    def agreed(self) -> bool:
        """Whether the validator was right."""
        return agree(self.trainer, self.validator)

    @property
    def said(self) -> str:
        """The worst severity that the validator reported."""
        if self.validator.errors:
            return "error"
        if self.trainer.deep:
            return "deep error"
        return "warning" if self.validator.warnings else "nothing"

    def to_json(self) -> dict[str, Any]:
        """What is needed to make it again."""
        return {
            "base": self.case.base,
            "edits": self.case.edits,
            "trainer": self.trainer.to_json(),
            "validator": {"errors": self.validator.errors, "warnings": self.validator.warnings}
            | ({"crash": self.validator.crash} if self.validator.crash else {}),
        }


@dataclass
class Matrix:
    """How often the trainer did what, and what the validator reported then."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    disagreements: list[Result] = field(default_factory=list)

    def add(self, result: Result) -> None:
        """Counts a case."""
        self.counts[result.trainer.verdict, result.said] += 1
        if not result.agreed:
            self.disagreements.append(result)

    @property
    def recall(self) -> float:
        """Of the cases that fail, the share that is rejected, `validate --deep` included."""
        failing = sum(self.counts[FAILS, said] for said in SAID)
        return (self.counts[FAILS, "error"] + self.counts[FAILS, "deep error"]) / failing if failing else 1.0

    @property
    def recall_without_deep(self) -> float:
        """The same without `--deep`, and without TensorFlow."""
        failing = sum(self.counts[FAILS, said] for said in SAID)
        return self.counts[FAILS, "error"] / failing if failing else 1.0

    @property
    def precision(self) -> float:
        """Of the cases that are rejected, the share that fails or learns something else than was written."""
        rejected = sum(self.counts[verdict, "error"] for verdict in (FAILS, GARBAGE, HIDDEN, TRAINS))
        return 1 - self.counts[TRAINS, "error"] / rejected if rejected else 1.0

    def __str__(self) -> str:
        lines = [f"{'trainer':<10}" + "".join(f"{said:>12}" for said in SAID)]
        for verdict in (FAILS, GARBAGE, HIDDEN, TRAINS):
            lines.append(f"{verdict:<10}" + "".join(f"{self.counts[verdict, said]:>12}" for said in SAID))
        total = sum(self.counts.values())
        lines.append(
            f"{total} cases, {len(self.disagreements)} disagreements; recall {self.recall:.4f} "
            f"({self.recall_without_deep:.4f} without --deep), precision {self.precision:.4f}"
        )
        return "\n".join(lines)


def run(cases: Iterable[Case], directory: Path, *, on_result: Callable[[Result, float], object] = lambda *_: None) -> Matrix:
    """Judges cases, one after the other, the validator while the trainer is at it.

    Args:
        cases: what to judge.
        directory: where their inputs are written, each in place of the one before.
        on_result: called with each result and the seconds it took.
    """
    matrix = Matrix()
    with Worker(log=directory / "trainer.log") as worker:
        for case in cases:
            started = time.monotonic()
            result = judge(case, directory / "case", worker)
            matrix.add(result)
            on_result(result, time.monotonic() - started)
    return matrix


def judge(case: Case, directory: Path, worker: Worker) -> Result:
    """Both verdicts on a case."""
    written = case.write(directory)
    worker.begin(case, written)
    try:
        validator = Validator.of(written.report())
    except Exception as error:  # noqa: BLE001 - a crash is a verdict too, and a wrong one
        validator = Validator([], [], f"{type(error).__name__}: {error}")
    return Result(case, worker.end(), validator)


def write_results(path: Path, results: Iterable[Result]) -> None:
    """A line of JSON each."""
    path.write_text("".join(json.dumps(result.to_json()) + "\n" for result in results))
