"""`status` of a DetectorTraining: what the operator writes."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer

from detector_operator.api import bounds
from detector_operator.api.bounds import Longest
from detector_operator.api.list_map import ListMap
from detector_operator.api.model import StatusModel
from detector_trainer.contract import Finding, Verdict


def rfc3339(time: datetime) -> str:
    """A time as Kubernetes writes it: UTC, whole seconds."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Time = Annotated[datetime, PlainSerializer(rfc3339)]
Word = Annotated[str, Longest(bounds.WORD)]
Name = Annotated[str, Longest(bounds.NAME)]
Message = Annotated[str, Longest(bounds.MESSAGE)]
Path = Annotated[str, Longest(bounds.PATH)]
LogLine = Annotated[str, Longest(400)]


class Phase(StrEnum):
    """Current phase, for people."""

    PENDING = "Pending"
    VALIDATING = "Validating"
    REJECTED = "Rejected"
    QUEUED = "Queued"
    STARTING = "Starting"
    TRAINING = "Training"
    SUSPENDED = "Suspended"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"

    @property
    def terminal(self) -> bool:
        """Whether nothing more will happen unless the spec changes."""
        return self in (Phase.REJECTED, Phase.SUCCEEDED, Phase.FAILED)


class ConditionType(StrEnum):
    """The conditions, in the order in which they are written."""

    VALIDATED = "Validated"
    TRAINING = "Training"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    RECONCILING = "Reconciling"
    """kstatus: work is going on."""
    STALLED = "Stalled"
    """kstatus: it will not get further by itself."""


class Condition(StatusModel):
    """One condition, as Kubernetes defines them."""

    type: ConditionType
    """What the condition is about."""
    status: Literal["True", "False", "Unknown"]
    """Whether it holds."""
    observed_generation: int
    """metadata.generation that it was decided for."""
    last_transition_time: Time
    """When status last changed."""
    reason: Word
    """Why, as one CamelCase word."""
    message: Message
    """Why, as a sentence."""


class LatestRun(StatusModel):
    """When the newest run was first observed in each state, by the operator's clock: the clocks of nodes are not trusted."""

    attempt: int
    """Number of the run."""
    seen_time: Time | None = None
    """When it was first observed."""
    assigned_time: Time | None = None
    """When its pod was first observed on a node: it holds its GPUs from then on."""
    running_time: Time | None = None
    """When its main container was first observed to run."""
    step_time: Time | None = None
    """When its newest step was first observed; empty before its first step."""
    end_time: Time | None = None
    """When its end was first observed."""


class Stop(StatusModel):
    """A run that the operator has decided to stop. Kept here, where users cannot write, until the end of the run is counted."""

    run: Word
    """The run, for example train-2."""
    reason: Word
    """Why, as one CamelCase word."""
    time: Time
    """When it was decided."""


class RunEnd(StrEnum):
    """How a run ended that neither succeeded nor produced a verdict, and so whether another one follows."""

    STOPPED = "Stopped"
    """The operator stopped it, because of spec.suspend for example: followed by another one, which is not counted."""
    INTERRUPTED = "Interrupted"
    """Preempted, evicted, its node lost, deleted: followed by another one, which is not counted."""
    BLOCKED = "Blocked"
    """Something else trains in its model directory: followed by another one, which is not counted."""
    FAILED = "Failed"
    """Followed by another one, at most spec.retries times."""
    FINAL = "Final"
    """Another one would end the same."""
    TIMED_OUT = "TimedOut"
    """It took longer than spec.validation.timeoutSeconds."""


class ValidationStatus(StatusModel):
    """What the validation found."""

    attempt: int = 0
    """Number of the newest validation run."""
    counted: int | None = None
    """Number of the newest validation run whose end is recorded here."""
    counted_time: Time | None = None
    """When that end was recorded."""
    end: RunEnd | None = None
    """How that run ended, if it produced no verdict."""
    crashes: int | None = None
    """Validations that crashed without a verdict."""
    interruptions: int | None = None
    """Validations that were interrupted."""
    latest_run: LatestRun | None = None
    """When the newest validation run was first observed in each state."""
    verdict: Verdict | None = None
    """Whether it will train."""
    errors: int | None = None
    """Findings that reject the training."""
    warnings: int | None = None
    """Findings to think about."""
    records: int | None = None
    """Records read."""
    images: int | None = None
    """Images looked at."""
    boxes: int | None = None
    """Boxes found in the records."""
    duration_seconds: float | None = None
    """How long it took."""
    inputs_fingerprint: Name | None = None
    """Tells whether the inputs are still those of the verdict."""
    findings: Annotated[list[Finding], Longest(20)] = []
    """The first 20 findings, errors first."""
    report_path: Path | None = None
    """The whole report, as JSON."""


class TrainingStatus(StatusModel):
    """How far the training is."""

    attempt: int = 0
    """Number of the newest training run that was seen."""
    counted: int | None = None
    """Number of the newest training run whose end is counted in restarts or preemptions."""
    counted_time: Time | None = None
    """When that end was counted."""
    end: RunEnd | None = None
    """How that run ended, while no other one has followed."""
    progress: Word | None = None
    """Step and last step, for example 1200/20000."""
    blocked_by: Message | None = None
    """What trains in the model directory, while this training waits for it to end."""
    latest_run: LatestRun | None = None
    """When the newest training run was first observed in each state."""
    step: int | None = None
    """The last step done."""
    total_steps: int | None = None
    """The step at which it ends."""
    loss: float | None = None
    """Total loss of that step."""
    steps_per_second: float | None = None
    """Speed."""
    seconds_remaining: int | None = None
    """Time left at this speed."""
    progress_time: Time | None = None
    """When these numbers last changed here."""
    last_checkpoint_step: int | None = None
    """Step of the newest checkpoint: a restart resumes from it."""
    restarts: int = 0
    """Failures after which it was started again."""
    preemptions: int = 0
    """Interruptions that are not failures: preempted, node lost, stopped from outside."""
    preemptions_in_a_row: int | None = None
    """Interruptions without a new step between them, and waits for the model directory: the backoff grows with them."""
    preempted_at_step: int | None = None
    """The furthest step at which it was interrupted."""
    start_time: Time | None = None
    """When the first pod of this training was assigned to a node: spec.activeDeadlineSeconds counts from then."""


class FailureStatus(StatusModel):
    """The last failure: what went wrong and what to do."""

    reason: Word
    """CamelCase word."""
    message: Message
    """What happened."""
    hint: Message | None = None
    """What to do about it."""
    pod: Name | None = None
    """Pod in which it happened."""
    container: Name | None = None
    """Container in which it happened."""
    node: Name | None = None
    """Node on which it happened."""
    exit_code: int | None = None
    """Exit code of the container."""
    signal: int | None = None
    """Signal that ended it."""
    step: int | None = None
    """Last step before it."""
    log_tail: Annotated[list[LogLine], Longest(20)] = []
    """Last lines of its log, where the reason alone does not tell."""


class Status(StatusModel):
    """What is happening, what went wrong, and what to do about it."""

    observed_generation: Annotated[int, Field(ge=0)] = 0
    """metadata.generation that this status is about."""
    spec_generation: int | None = None
    """metadata.generation that last changed what is trained. Changes of suspend, retries, deadlines, timeouts and TTLs do not
    count. Runs carry it."""
    spec_hash: Word | None = None
    """Hash of the fields of the spec that specGeneration counts."""
    phase: Phase = Phase.PENDING
    """Current phase."""
    phase_time: Time | None = None
    """When it entered this phase."""
    reason: Word | None = None
    """Why it is in this phase, where the phase alone does not tell: what it waits for, or why it failed."""
    retry: Word | None = None
    """Value of the annotation detector-training.io/retry that was last acted on."""
    stops: Annotated[list[Stop], ListMap("run"), Longest(64)] = []
    """Runs that the operator has decided to stop and whose end is not recorded yet."""
    conditions: Annotated[list[Condition], ListMap("type"), Longest(16)] = []
    """The same for machines, with reasons."""
    validation: ValidationStatus | None = None
    """What the validation found."""
    training: TrainingStatus | None = None
    """How far the training is."""
    failure: FailureStatus | None = None
    """The last failure; it stays after its pod is gone."""

    def stop(self, run: str) -> Stop | None:
        """Return the decision to stop a run (`train-2`), if there is one."""
        return next((stop for stop in self.stops if stop.run == run), None)

    def condition(self, kind: ConditionType) -> Condition | None:
        """The condition of a type, if it was ever set."""
        return next((condition for condition in self.conditions if condition.type is kind), None)
