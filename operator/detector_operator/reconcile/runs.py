"""Define a run: one execution of the validation or of the training, as the operator observes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from detector_operator.api.bounds import clip
from detector_trainer.contract import Progress, TerminationMessage


class RunKind(StrEnum):
    """Define the kinds of runs. The value is part of the name of a run."""

    VALIDATION = "validate"
    TRAINING = "train"


class RunState(StrEnum):
    """Define the states of a run."""

    PENDING = "pending"
    """Its pod has no node: it waits for a queue, a node or a GPU, and holds no resources."""
    STARTING = "starting"
    """Its pod is on a node and holds its GPUs; the main container has not started: image pull, mounts, init containers."""
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True)
class ConditionReason:
    """Explain why a run waits, or why it ended: reason and message of a condition, and a hint."""

    reason: str
    """CamelCase, from `contract.reasons`."""
    message: str
    """What happened, with names and numbers."""
    hint: str = ""
    """What to do about it."""

    def __post_init__(self) -> None:
        for name in ("message", "hint"):
            object.__setattr__(self, name, clip(getattr(self, name)))


@dataclass(frozen=True)
class LogView:
    """Hold when the log of a run was last read, and whether it can be read. All times are by the operator's clock."""

    read_at: datetime | None = None
    """When its end was last read: everything written before that is known."""
    attempted_at: datetime | None = None
    """When a read was last attempted."""
    without_progress_since: datetime | None = None
    """Since when reads of the log have found no progress line; None if the newest read found one."""
    unavailable_since: datetime | None = None
    """Since when it cannot be read; None if it can."""
    error: str = ""
    """Why it cannot be read."""

    @classmethod
    def of_file(cls, now: datetime) -> LogView:
        """Return the view of a local log file that was just read to its end."""
        return cls(read_at=now, attempted_at=now)


@dataclass(frozen=True, kw_only=True)
class Run:
    """Hold what is known of a run: a Job and its pod on a cluster, a process on one machine.

    It has no times: those of its objects come from the clocks of nodes, and `decide` measures durations by its own clock.
    """

    kind: RunKind
    attempt: int
    """1, 2, …: counted over the lifetime of the resource, so that no name is used twice."""
    generation: int
    """Generation of the spec that it was started for (see spec_generation)."""
    state: RunState
    exit_code: int | None = None
    """None while it runs, if a signal or an injected container ended it, or if its end is unknown."""
    signal: int | None = None
    """The signal that ended it. An exit code 128 + n of a container is reported as signal n."""
    message: TerminationMessage | None = None
    progress: Progress | None = None
    log_tail: tuple[str, ...] = ()
    log: LogView = field(default_factory=LogView)
    """When its log was read, and whether it can be read."""
    stop_reason: str | None = None
    """Why the operator decided to stop it; None if it did not. Stored in the status, on one machine in a file."""
    stopping: bool = False
    """Whether the stop has been requested: its Job is deleted, or its process was signalled."""
    waiting: ConditionReason | None = None
    """What a live run that makes no progress waits for. It may resolve by itself."""
    cause: ConditionReason | None = None
    """Why it ended, where the cluster reports more than an exit code."""
    proves_verdict: bool = True
    """Whether its existence proves that the inputs passed validation. False if they may have changed since it was created."""
    stored: bool = False
    """Whether its Job exists and is not being deleted."""
    lingering: bool = False
    """It has ended, but an injected container still runs in its pod, which keeps its GPUs."""
    pod: str | None = None
    container: str | None = None
    node: str | None = None

    @property
    def live(self) -> bool:
        """Whether it may still write into the model directory."""
        return self.state is not RunState.ENDED

    @property
    def key(self) -> str:
        """Return the name of the run within its resource: `train-2`."""
        return run_key(self.kind, self.attempt)

    @property
    def step(self) -> int | None:
        """Return the last step that it reported as completed."""
        known = [source.step for source in (self.message, self.progress) if source is not None and source.step is not None]
        return max(known, default=None)

    @property
    def last_checkpoint_step(self) -> int | None:
        """Return the step of the newest checkpoint that it reported as saved or resumed from."""
        known = [source.last_checkpoint_step for source in (self.message, self.progress) if source is not None]
        return max((step for step in known if step is not None), default=None)


def run_key(kind: RunKind, attempt: int) -> str:
    """Return the name of a run within its resource: `train-2`."""
    return f"{kind}-{attempt}"


def run_name(resource: str, kind: RunKind, attempt: int) -> str:
    """Return the name of a run and its Job: `pets-train-2`. It is deterministic, so that no two reconciles create a run twice."""
    return f"{resource}-{run_key(kind, attempt)}"
