"""What a policy looks at, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from detector_operator.api import FailureStatus, Phase, Spec, Status, TrainingStatus, ValidationStatus
from detector_operator.reconcile.actions import Action, StopRun
from detector_operator.reconcile.refusal import Refusal
from detector_operator.reconcile.runs import Run, RunKind, RunState, Why, run_name

TRANSIENT: Final = timedelta(seconds=10)
"""What a new pod waits for may pass within so long: a claim is bound, a queue admits it."""


@dataclass(frozen=True)
class Backoff:
    """How long to wait before a failed run is tried again: longer each time."""

    first: timedelta = timedelta(seconds=10)
    most: timedelta = timedelta(minutes=5)

    def after(self, failures: int) -> timedelta:
        """The wait after so many failures (1 for the first)."""
        return min(self.most, self.first * int(2 ** min(max(0, failures - 1), 20)))


@dataclass(frozen=True)
class Situation:
    """Everything a policy may know. `status` has the facts of the runs in it already."""

    name: str
    generation: int
    """The one that runs are started for (see spec_generation)."""
    observed_generation: int
    """metadata.generation, which also counts changes of spec.suspend."""
    spec: Spec
    status: Status
    runs: tuple[Run, ...]
    now: datetime
    backoff: Backoff = Backoff()
    refusal: Refusal | None = None

    @property
    def validation(self) -> ValidationStatus:
        """What is known of the validation of this generation."""
        return self.status.validation or ValidationStatus()

    @property
    def training(self) -> TrainingStatus:
        """What is known of the training of this generation."""
        return self.status.training or TrainingStatus()

    @cached_property
    def live_runs(self) -> tuple[Run, ...]:
        """Runs of any generation that have not ended."""
        return tuple(run for run in self.runs if run.live)

    def newest(self, kind: RunKind) -> Run | None:
        """The newest run of a kind in this generation."""
        return max(self.of_this_generation(kind), key=lambda run: run.attempt, default=None)

    def of_this_generation(self, kind: RunKind) -> tuple[Run, ...]:
        """The runs of a kind in this generation, oldest first."""
        runs = [run for run in self.runs if run.kind is kind and run.generation == self.generation]
        return tuple(sorted(runs, key=lambda run: run.attempt))

    def next_attempt(self, kind: RunKind) -> int:
        """A number that no run of this kind has had."""
        known = self.validation.attempt if kind is RunKind.VALIDATION else self.training.attempt
        return 1 + max([known, *(run.attempt for run in self.runs if run.kind is kind)])

    def next_start(self, run: Run, *, failures: int) -> datetime:
        """When the run after this one may start: at once, if nobody knows when this one ended."""
        return run.end_time + self.backoff.after(failures) if run.end_time is not None else self.now

    def run_name(self, run: Run) -> str:
        """The name of a run."""
        return run_name(self.name, run.kind, run.attempt)

    def stop_all(self, reason: str) -> tuple[StopRun, ...]:
        """Stops for every live run that was not asked yet."""
        return tuple(StopRun(run, reason) for run in self.live_runs if run.stop_reason is None)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """A policy's answer: the phase, why, and what to do."""

    phase: Phase
    reason: str
    message: str
    actions: tuple[Action, ...] = ()
    failure: FailureStatus | None = None
    """Set with it; None leaves what the status says."""
    training: TrainingStatus | None = None
    """Replaces the status' own; None leaves it."""
    wake_at: datetime | None = None
    """When to decide again though nothing was observed."""
    waiting: bool = False
    """It waits for something outside: told as a warning, and not again when only the words change, which are others' words."""


def wait_for(why: Why, phase: Phase) -> Outcome:
    """What is answered while a run waits for something outside."""
    return Outcome(phase=phase, reason=why.reason, message=f"{why.message} {why.hint}".strip(), waiting=True)


def worth_telling_at(run: Run, now: datetime) -> datetime | None:
    """When to tell what a run waits for, if it then still does; None if now, or if it does not wait."""
    if run.waiting is None or run.state is not RunState.PENDING or run.created is None:
        return None
    time = run.created + TRANSIENT
    return time if now < time else None


def at_step(run: Run) -> str:
    """` at step 12`, or nothing if no step was seen."""
    return f" at step {run.step}" if run.step is not None else ""


def with_status(situation: Situation, status: Status) -> Situation:
    """The same situation with other facts."""
    return replace(situation, status=status)


def started(run: Run, default: datetime) -> datetime:
    """When a run started, or `default` while it has not."""
    return run.start_time if run.start_time is not None and run.state is not RunState.PENDING else default
