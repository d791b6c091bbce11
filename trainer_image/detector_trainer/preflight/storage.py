"""Classifies storage errors in the same way as `train` does."""

from __future__ import annotations

from detector_trainer.command.run_result import RunResult
from detector_trainer.failures import classify


def refused(path: str, problem: str) -> RunResult | None:
    """Return the result for a path and an error message of the system; None if the message is not known."""
    failure = classify(problem)
    return RunResult(failure.exit_code, failure.reason, f"{path} {problem}.", failure.hint) if failure is not None else None
