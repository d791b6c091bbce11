"""A run: one execution of the validation or of the training, as it is observed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from detector_trainer.contract import Progress, TerminationMessage


class RunKind(StrEnum):
    """What a run does. The value is part of its name."""

    VALIDATION = "validate"
    TRAINING = "train"


class RunState(StrEnum):
    """How far a run is."""

    PENDING = "pending"
    """It is there, and nothing has started yet: it waits for a node, a GPU, an image."""
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


@dataclass(frozen=True, kw_only=True)
class Run:
    """What is known of a run. A Job and its pod on a cluster, a process on one machine."""

    kind: RunKind
    attempt: int
    """1, 2, …: counted through the life of the resource, so that a name never comes twice."""
    generation: int
    """Generation of the spec that it was started for (see spec_generation)."""
    state: RunState
    created: datetime | None = None
    """When what waits or runs was made: its pod, before that its Job."""
    start_time: datetime | None = None
    end_time: datetime | None = None
    exit_code: int | None = None
    """None while it runs, if a signal ended it, and if it went away without anyone seeing how."""
    signal: int | None = None
    """The signal that ended it. 128 + n of a container is given here, not as an exit code."""
    message: TerminationMessage | None = None
    progress: Progress | None = None
    log_tail: tuple[str, ...] = ()
    stop_reason: str | None = None
    """Why we asked it to stop; None if we did not. Kept on the run itself (an annotation, a file)."""
    waiting: Why | None = None
    """What a live run waits for, where it does nothing meanwhile. It may heal by itself."""
    cause: Why | None = None
    """Why it ended, where the cluster knows more than an exit code tells."""
    heard: bool = True
    """Whether somebody reads its log: what nobody hears is not silent."""
    heard_since: datetime | None = None
    """When its log began to be read, if that was after its start."""
    proves_verdict: bool = True
    """Whether its existence proves that the inputs passed. Not where they may have been edited since it was created."""
    stored: bool = False
    """Whether an object of it is left that can be deleted: a Job."""
    pod: str | None = None
    container: str | None = None
    node: str | None = None

    @property
    def live(self) -> bool:
        """Whether it may still write into the model directory."""
        return self.state is not RunState.ENDED

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


def run_name(resource: str, kind: RunKind, attempt: int) -> str:
    """`pets-train-2`: the same for the same run, so that two reconciles can never create it twice."""
    return f"{resource}-{kind}-{attempt}"
