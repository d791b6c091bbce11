"""Define the input and the result of a policy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from detector_operator.api import FailureStatus, LatestRun, Phase, Spec, Status, TrainingStatus, ValidationStatus
from detector_operator.reconcile.actions import Action, StopRun
from detector_operator.reconcile.create_rejection import CreateRejection
from detector_operator.reconcile.runs import ConditionReason, Run, RunKind, RunState, run_name
from detector_operator.reconcile.timer import Timer
from detector_trainer.contract import reasons

REPORT_PENDING_AFTER: Final = timedelta(seconds=10)
"""A pod that has been pending for less is not reported: a claim is being bound, or a queue is about to admit it."""


@dataclass(frozen=True)
class Backoff:
    """Exponential backoff between the end of a run and the start of the next one."""

    initial: timedelta = timedelta(seconds=10)
    maximum: timedelta = timedelta(minutes=5)

    def after(self, failures: int) -> timedelta:
        """Return the delay after this number of consecutive failures (1 for the first)."""
        return min(self.maximum, self.initial * int(2 ** min(max(0, failures - 1), 20)))


@dataclass(frozen=True)
class ReconcileContext:
    """Hold everything a policy may read. The runs are already recorded in `status`."""

    name: str
    generation: int
    """Generation that runs are started for (see spec_generation)."""
    observed_generation: int
    """metadata.generation, which also counts changes of spec.suspend, of limits and of retries."""
    spec: Spec
    status: Status
    runs: tuple[Run, ...]
    timer: Timer
    backoff: Backoff = Backoff()
    rejection: CreateRejection | None = None

    @property
    def validation(self) -> ValidationStatus:
        """Status of the validation of this generation."""
        return self.status.validation or ValidationStatus()

    @property
    def training(self) -> TrainingStatus:
        """Status of the training of this generation."""
        return self.status.training or TrainingStatus()

    def status_of(self, kind: RunKind) -> ValidationStatus | TrainingStatus:
        """Return the part of the status that records the runs of a kind."""
        return self.validation if kind is RunKind.VALIDATION else self.training

    @cached_property
    def live_runs(self) -> tuple[Run, ...]:
        """Runs of any generation that have not ended."""
        return tuple(run for run in self.runs if run.live)

    def newest(self, kind: RunKind) -> Run | None:
        """Return the newest run of a kind in this generation."""
        return max(self.current_runs(kind), key=lambda run: run.attempt, default=None)

    def current_runs(self, kind: RunKind) -> tuple[Run, ...]:
        """Return the runs of a kind in this generation, oldest first."""
        runs = [run for run in self.runs if run.kind is kind and run.generation == self.generation]
        return tuple(sorted(runs, key=lambda run: run.attempt))

    def next_attempt(self, kind: RunKind) -> int:
        """Return an attempt number that no run of this kind has had."""
        known = self.status_of(kind).attempt
        return 1 + max([known, *(run.attempt for run in self.runs if run.kind is kind)])

    def latest_run(self, run: Run) -> LatestRun:
        """Return when a run was first observed in each state; all times are None unless it is the newest run."""
        known = self.status_of(run.kind).latest_run
        return known if known is not None and known.attempt == run.attempt else LatestRun(attempt=run.attempt)

    def backoff_is_over(self, end: datetime | None, *, failures: int) -> bool:
        """Return whether the backoff after a run has elapsed. It has if the end of the run is unknown."""
        return end is None or self.timer.reached(end + self.backoff.after(failures))

    def run_name(self, run: Run) -> str:
        """Return the name of a run, which is also the name of its Job."""
        return run_name(self.name, run.kind, run.attempt)

    def stop_all(self, reason: str) -> tuple[StopRun, ...]:
        """Return a stop action for each live run that is not stopping yet."""
        return tuple(stop_run(run, reason) for run in self.live_runs if not run.stopping)

    def stop_message(self, runs: tuple[Run, ...]) -> str:
        """Name the runs that have to stop first, and what blocks them, for example a node that is not ready."""
        names = " and ".join(map(self.run_name, runs))
        blockers = [
            f"{run.waiting.message} {run.waiting.hint}".strip()
            for run in runs
            if run.waiting is not None and blocks_stop(run.waiting)
        ]
        return " ".join([f"Waiting for {names} to stop.", *blockers])


@dataclass(frozen=True, kw_only=True)
class PolicyResult:
    """Hold what a policy decided: the phase, the reason for it, and the actions."""

    phase: Phase
    reason: str
    message: str
    actions: tuple[Action, ...] = ()
    failure: FailureStatus | None = None
    """Replaces status.failure; None keeps it."""
    training: TrainingStatus | None = None
    """Replaces status.training; None keeps it."""
    waiting: bool = False
    """The training waits for something outside the operator. It is reported as a Warning, and not again when only the message
    changes, because others write that message."""

    def with_actions(self, *actions: Action) -> PolicyResult:
        """Return the same result with additional actions."""
        return replace(self, actions=(*self.actions, *actions))


def waiting_result(cause: ConditionReason, phase: Phase) -> PolicyResult:
    """Return the result while a run waits for something outside the operator."""
    return PolicyResult(phase=phase, reason=cause.reason, message=f"{cause.message} {cause.hint}".strip(), waiting=True)


def failed_result(failure: FailureStatus, phase: Phase = Phase.FAILED) -> PolicyResult:
    """Return the result that ends the training with this failure."""
    return PolicyResult(phase=phase, reason=failure.reason, message=failure.message, failure=failure)


def stop_run(run: Run, reason: str) -> StopRun:
    """Return the stop action for a run. A stop that was decided before keeps its reason."""
    return StopRun(run, run.stop_reason or reason)


def blocks_stop(cause: ConditionReason) -> bool:
    """Return whether a run that is being stopped may never end by itself for this reason."""
    return cause.reason == reasons.NODE_LOST


def pending_reason(context: ReconcileContext, run: Run) -> ConditionReason | None:
    """Return what a live run waits for, once it has waited for longer than REPORT_PENDING_AFTER."""
    if run.waiting is None:
        return None
    seen = context.latest_run(run).seen_time
    if run.state is RunState.RUNNING or seen is None or context.timer.reached(seen + REPORT_PENDING_AFTER):
        return run.waiting
    return None


def with_status(context: ReconcileContext, status: Status) -> ReconcileContext:
    """Return the same context with another status."""
    return replace(context, status=status)
