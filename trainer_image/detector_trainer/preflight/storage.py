"""What it means that storage refuses: the same as when `train` meets it."""

from __future__ import annotations

from detector_trainer.command.run_result import RunResult
from detector_trainer.failures import classify


def refused(path: str, problem: str) -> RunResult | None:
    """The result for a path and the words of the system; None if they are not known."""
    failure = classify(problem)
    return RunResult(failure.exit_code, failure.reason, f"{path} {problem}.", failure.hint) if failure is not None else None
