"""What the API server did not take of what a start needs: observed as runs are, though no object tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from detector_operator.reconcile.actions import StartTraining, StartValidation
from detector_operator.reconcile.runs import Why
from detector_trainer.contract import reasons


@dataclass(frozen=True)
class Refusal:
    """The newest answer to a start. Whoever has not asked yet has none, asks, and gets it again."""

    action: StartValidation | StartTraining
    generation: int
    """Generation of the spec that was asked for (see spec_generation)."""
    why: Why
    times: int
    """How often it was refused in a row."""
    at: datetime
    """When it was refused last."""
    retry: str | None = None
    """Value of the retry annotation then: a refusal before a retry was requested is history."""

    @property
    def asked(self) -> tuple[object, ...]:
        """What was requested: the same request is only repeated."""
        return self.action, self.generation, self.retry

    @property
    def final(self) -> bool:
        """Whether the same would be refused for ever."""
        return self.why.reason == reasons.INVALID_SPEC
