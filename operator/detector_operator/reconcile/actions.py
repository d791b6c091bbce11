"""What `decide` can ask for. Doing any of it a second time must change nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from detector_operator.reconcile.runs import Run


@dataclass(frozen=True)
class StartValidation:
    """Start the validation run of this number, unless it is there already."""

    attempt: int


@dataclass(frozen=True)
class StartTraining:
    """Start the training run of this number, unless it is there already."""

    attempt: int


@dataclass(frozen=True)
class StopRun:
    """Ask a run to stop safely, and note the reason on it; kill it when its grace period is over."""

    run: Run
    reason: str


@dataclass(frozen=True)
class DeleteRun:
    """Delete what is left of a run that has ended: the status has all of it that counts."""

    run: Run


Action = StartValidation | StartTraining | StopRun | DeleteRun


@dataclass(frozen=True)
class Event:
    """Something worth telling, once."""

    type: Literal["Normal", "Warning"]
    reason: str
    message: str
