"""What it means that storage refuses: the same as when `train` meets it."""

from __future__ import annotations

from detector_trainer.command.run_result import Ending
from detector_trainer.failures import classify


def refused(path: str, problem: str) -> Ending | None:
    """The ending for a path and the words of the system; None if they are not known."""
    failure = classify(problem)
    return Ending(failure.exit_code, failure.reason, f"{path} {problem}.", failure.hint) if failure is not None else None
