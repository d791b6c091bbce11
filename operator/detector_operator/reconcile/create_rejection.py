"""Record that the API server rejected a request to create a run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from detector_operator.reconcile.actions import StartTraining, StartValidation
from detector_operator.reconcile.runs import ConditionReason
from detector_trainer.contract import reasons


@dataclass(frozen=True)
class CreateRejection:
    """Hold the newest rejected start of a resource. An operator that has just started knows none and tries again."""

    action: StartValidation | StartTraining
    generation: int
    """Generation of the spec that the run was to be started for (see spec_generation)."""
    cause: ConditionReason
    attempts: int
    """Number of consecutive rejections."""
    time: datetime
    """When it was last rejected."""
    retry: str | None = None
    """Value of the retry annotation at that time: a rejection before a newly requested retry no longer counts."""

    @property
    def request(self) -> tuple[object, ...]:
        """Identity of the request: a repeated request is equal."""
        return self.action, self.generation, self.retry

    @property
    def final(self) -> bool:
        """Whether the same request would always be rejected."""
        return self.cause.reason == reasons.INVALID_SPEC
