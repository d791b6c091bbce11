"""What `decide` can request. Doing any of it a second time must change nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from detector_operator.reconcile.runs import Run


@dataclass(frozen=True)
class StartValidation:
    """Start the validation run of this number, unless it exists already."""

    attempt: int


@dataclass(frozen=True)
class StartTraining:
    """Start the training run of this number, unless it exists already."""

    attempt: int


@dataclass(frozen=True)
class StopRun:
    """Stop a run safely, in a way that no queue controller undoes. Kill it when its grace period is over.

    The status has the reason before this is done.
    """

    run: Run
    reason: str


@dataclass(frozen=True)
class DeleteRun:
    """Delete what is left of a run that has ended: the status has all of it that counts."""

    run: Run


@dataclass(frozen=True)
class CheckRun:
    """Read the pod and the end of the log of a run now: what `decide` knows of it may be old."""

    run: Run


@dataclass(frozen=True)
class CreateConfigMap:
    """Create the ConfigMap of the inline pipeline config again: a run waits for it."""


Action = StartValidation | StartTraining | StopRun | DeleteRun | CheckRun | CreateConfigMap


@dataclass(frozen=True)
class Event:
    """A Kubernetes Event: a transition, reported once."""

    type: Literal["Normal", "Warning"]
    reason: str
    message: str
