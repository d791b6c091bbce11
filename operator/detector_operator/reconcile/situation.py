"""What a policy looks at, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from detector_operator.api import FailureStatus, LatestRun, Phase, Spec, Status, TrainingStatus, ValidationStatus
from detector_operator.reconcile.actions import Action, StopRun
from detector_operator.reconcile.refusal import Refusal
from detector_operator.reconcile.runs import Run, RunKind, RunState, Why, run_name
from detector_operator.reconcile.timer import Timer
from detector_trainer.contract import reasons

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
    """metadata.generation, which also counts changes of spec.suspend, of limits and of retries."""
    spec: Spec
    status: Status
    runs: tuple[Run, ...]
    timer: Timer
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

    def recorded(self, kind: RunKind) -> ValidationStatus | TrainingStatus:
        """Return what the status knows of the runs of a kind."""
        return self.validation if kind is RunKind.VALIDATION else self.training

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
        known = self.recorded(kind).attempt
        return 1 + max([known, *(run.attempt for run in self.runs if run.kind is kind)])

    def latest_run(self, run: Run) -> LatestRun:
        """Return when a run was first observed in each state; nothing is known of one that is not the newest."""
        known = self.recorded(run.kind).latest_run
        return known if known is not None and known.attempt == run.attempt else LatestRun(attempt=run.attempt)

    def may_start_after(self, end: datetime | None, *, failures: int) -> bool:
        """Return whether the backoff after a run that ended then is over: immediately, if nobody knows when it ended."""
        return end is None or self.timer.reached(end + self.backoff.after(failures))

    def run_name(self, run: Run) -> str:
        """The name of a run."""
        return run_name(self.name, run.kind, run.attempt)

    def stop_all(self, reason: str) -> tuple[StopRun, ...]:
        """Return a stop for every live run that is not stopping yet."""
        return tuple(stop(run, reason) for run in self.live_runs if not run.stopping)

    def waiting_to_stop(self, runs: tuple[Run, ...]) -> str:
        """Name the runs that have to stop first, and what keeps them: a node that does not answer, for example."""
        names = " and ".join(map(self.run_name, runs))
        kept = [
            f"{run.waiting.message} {run.waiting.hint}".strip() for run in runs if run.waiting is not None and keeps(run.waiting)
        ]
        return " ".join([f"Waiting for {names} to stop.", *kept])


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
    waiting: bool = False
    """It waits for something outside: reported as a Warning, and not again when only the message changes, which is others'."""

    def doing(self, *actions: Action) -> Outcome:
        """Return the same answer with more to do."""
        return replace(self, actions=(*self.actions, *actions))


def wait_for(why: Why, phase: Phase) -> Outcome:
    """What is answered while a run waits for something outside."""
    return Outcome(phase=phase, reason=why.reason, message=f"{why.message} {why.hint}".strip(), waiting=True)


def stop(run: Run, reason: str) -> StopRun:
    """Return the stop of a run; one that was decided before keeps its reason."""
    return StopRun(run, run.stop_reason or reason)


def keeps(why: Why) -> bool:
    """Return whether a run that was told to stop may not come to its end by itself."""
    return why.reason == reasons.NODE_LOST


def reported_wait(situation: Situation, run: Run) -> Why | None:
    """Return what a live run waits for, once it has waited for longer than what usually resolves in a moment."""
    if run.waiting is None:
        return None
    seen = situation.latest_run(run).seen_time
    if run.state is RunState.RUNNING or seen is None or situation.timer.reached(seen + TRANSIENT):
        return run.waiting
    return None


def at_step(run: Run) -> str:
    """` at step 12`, or nothing if no step was seen."""
    return f" at step {run.step}" if run.step is not None else ""


def with_status(situation: Situation, status: Status) -> Situation:
    """The same situation with other facts."""
    return replace(situation, status=status)
