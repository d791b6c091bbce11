"""What a check is: a module with a function."""

from __future__ import annotations

from typing import Protocol

from detector_trainer.command.run_result import RunResult
from detector_trainer.preflight.pod import Pod


class Check(Protocol):
    """A module preflight/<name>.py."""

    def check(self, pod: Pod) -> RunResult | None:
        """How the pod ends because of it; None if all is well, or it cannot be told: `train` looks again, with TensorFlow."""
        ...
