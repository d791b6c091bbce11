"""A run: one execution of the validation or of the training, as it is observed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from detector_operator.api.bounds import clip
from detector_trainer.contract import Progress, TerminationMessage


class RunKind(StrEnum):
    """What a run does. The value is part of its name."""

    VALIDATION = "validate"
    TRAINING = "train"


class RunState(StrEnum):
    """How far a run is."""

    PENDING = "pending"
    """It has no pod on a node: it waits for a queue, a node or a GPU, and holds nothing."""
    STARTING = "starting"
    """Its pod is on a node and holds its GPUs; the main container has not started: image pull, mounts, init containers."""
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True)
class Why:
    """Why a run waits, or why it ended, in words for people."""

    reason: str
    """CamelCase, from `reasons`."""
    message: str
    """What happened, with names and numbers."""
    hint: str = ""
    """What to do about it."""

    def __post_init__(self) -> None:
        for name in ("message", "hint"):
            object.__setattr__(self, name, clip(getattr(self, name)))


@dataclass(frozen=True)
class LogView:
    """How well the log of a run can be read. All times are by the operator's clock."""

    read_at: datetime | None = None
    """When its end was last read: everything written before is known."""
    attempted_at: datetime | None = None
    """When that was last attempted."""
    without_progress_since: datetime | None = None
    """Since when no progress line has been read, although the log was read; None if the newest read had one."""
    unavailable_since: datetime | None = None
    """Since when it cannot be read; None if it can."""
    error: str = ""
    """Why it cannot be read."""

    @classmethod
    def of_file(cls, now: datetime) -> LogView:
        """Return the view of a log that is a file of this machine and was just read to its end."""
        return cls(read_at=now, attempted_at=now)


@dataclass(frozen=True, kw_only=True)
class Run:
    """What is known of a run. A Job and its pod on a cluster, a process on one machine.

    It has no times: those of its objects are by the clocks of nodes, and `decide` measures durations by its own clock.
    """

    kind: RunKind
    attempt: int
    """1, 2, …: counted through the life of the resource, so that a name never comes twice."""
    generation: int
    """Generation of the spec that it was started for (see spec_generation)."""
    state: RunState
    exit_code: int | None = None
    """None while it runs, if a signal ended it, if a container that is not ours ended it, and if nobody saw its end."""
    signal: int | None = None
    """The signal that ended it. 128 + n of a container is given here, not as an exit code."""
    message: TerminationMessage | None = None
    progress: Progress | None = None
    log_tail: tuple[str, ...] = ()
    log: LogView = field(default_factory=LogView)
    """How well its log can be read."""
    stop_reason: str | None = None
    """Why the operator decided to stop it; None if it did not. Kept in the status, on one machine in a file."""
    stopping: bool = False
    """Whether the stop has been requested from the cluster, or by signal."""
    waiting: Why | None = None
    """What a live run waits for, where it does nothing meanwhile. It may resolve by itself."""
    cause: Why | None = None
    """Why it ended, where the cluster knows more than an exit code tells."""
    proves_verdict: bool = True
    """Whether its existence proves that the inputs passed. Not where they may have been edited since it was created."""
    stored: bool = False
    """Whether an object of it is left that can be deleted: a Job."""
    lingering: bool = False
    """It has ended, and another container keeps its pod, and with it its GPUs."""
    pod: str | None = None
    container: str | None = None
    node: str | None = None

    @property
    def live(self) -> bool:
        """Whether it may still write into the model directory."""
        return self.state is not RunState.ENDED

    @property
    def key(self) -> str:
        """Identify the run within its resource: `train-2`."""
        return run_key(self.kind, self.attempt)

    @property
    def step(self) -> int | None:
        """The last step it is known to have done."""
        known = [source.step for source in (self.message, self.progress) if source is not None and source.step is not None]
        return max(known, default=None)

    @property
    def last_checkpoint_step(self) -> int | None:
        """The newest checkpoint it is known to have saved or resumed from."""
        known = [source.last_checkpoint_step for source in (self.message, self.progress) if source is not None]
        return max((step for step in known if step is not None), default=None)


def run_key(kind: RunKind, attempt: int) -> str:
    """Return `train-2`: the name of a run within its resource."""
    return f"{kind}-{attempt}"


def run_name(resource: str, kind: RunKind, attempt: int) -> str:
    """Return `pets-train-2`: the same for the same run, so that two reconciles can never create it twice."""
    return f"{resource}-{run_key(kind, attempt)}"
