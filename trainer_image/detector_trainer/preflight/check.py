"""The interface of a check: a module with a function."""

from __future__ import annotations

from typing import Protocol

from detector_trainer.command.run_result import RunResult
from detector_trainer.preflight.pod import Pod


class Check(Protocol):
    """A module preflight/<name>.py."""

    def check(self, pod: Pod) -> RunResult | None:
        """Return the result that ends the pod; None if it passes or cannot decide: `train` checks again, with TensorFlow."""
        ...
