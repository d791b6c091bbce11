"""Actions that `decide` returns. All are idempotent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from detector_operator.reconcile.runs import Run


@dataclass(frozen=True)
class StartValidation:
    """Start the validation run with this attempt number, unless it exists."""

    attempt: int


@dataclass(frozen=True)
class StartTraining:
    """Start the training run with this attempt number, unless it exists."""

    attempt: int


@dataclass(frozen=True)
class StopRun:
    """Stop a run gracefully, in a way that no queue controller reverts; kill it when its grace period ends.

    The reason is written to the status first.
    """

    run: Run
    reason: str


@dataclass(frozen=True)
class DeleteRun:
    """Delete the Job of a run that has ended and is fully recorded in the status."""

    run: Run


@dataclass(frozen=True)
class CheckRun:
    """Read the pod and the end of the log of a run now: the cached state may be outdated."""

    run: Run


@dataclass(frozen=True)
class CreateConfigMap:
    """Recreate the ConfigMap of the inline pipeline config: a run is waiting for it."""


Action = StartValidation | StartTraining | StopRun | DeleteRun | CheckRun | CreateConfigMap


@dataclass(frozen=True)
class Event:
    """Report a transition once, as a Kubernetes Event."""

    type: Literal["Normal", "Warning"]
    reason: str
    message: str
