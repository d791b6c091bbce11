"""Define `status` of a DetectorTraining, which the operator writes."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer

from detector_operator.api import bounds
from detector_operator.api.bounds import MaxLength
from detector_operator.api.list_map import ListMap
from detector_operator.api.model import StatusModel
from detector_trainer.contract import Finding, Verdict


def rfc3339(time: datetime) -> str:
    """Format a time as Kubernetes does: UTC, whole seconds."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Time = Annotated[datetime, PlainSerializer(rfc3339)]
Word = Annotated[str, MaxLength(bounds.WORD)]
Name = Annotated[str, MaxLength(bounds.NAME)]
Message = Annotated[str, MaxLength(bounds.MESSAGE)]
Path = Annotated[str, MaxLength(bounds.PATH)]
LogLine = Annotated[str, MaxLength(400)]


class Phase(StrEnum):
    """Current phase."""

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
        """Return whether nothing more will happen unless the spec changes."""
        return self in (Phase.REJECTED, Phase.SUCCEEDED, Phase.FAILED)


class ConditionType(StrEnum):
    """Types of the conditions, in the order in which they are written."""

    VALIDATED = "Validated"
    TRAINING = "Training"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    RECONCILING = "Reconciling"
    """kstatus: reconciliation is in progress."""
    STALLED = "Stalled"
    """kstatus: it makes no progress without a change."""


class Condition(StatusModel):
    """Condition, as Kubernetes defines it."""

    type: ConditionType
    """Type of the condition."""
    status: Literal["True", "False", "Unknown"]
    """Status of the condition."""
    observed_generation: int
    """metadata.generation for which the condition was set."""
    last_transition_time: Time
    """When status last changed."""
    reason: Word
    """Reason of the status, a CamelCase word."""
    message: Message
    """Explanation of the status, a sentence."""


class LatestRun(StatusModel):
    """When the newest run was first observed in each state, by the operator's clock."""

    attempt: int
    """Number of the run."""
    seen_time: Time | None = None
    """When it was first observed."""
    assigned_time: Time | None = None
    """When its pod was first observed on a node, where it holds its GPUs."""
    running_time: Time | None = None
    """When its main container was first observed running."""
    step_time: Time | None = None
    """When its newest step was first observed; empty before its first step."""
    end_time: Time | None = None
    """When its end was first observed."""


class Stop(StatusModel):
    """Run that the operator has decided to stop. Kept until the end of the run is recorded."""

    run: Word
    """The run, for example train-2."""
    reason: Word
    """Reason of the stop, a CamelCase word."""
    time: Time
    """When it was decided."""


class RetryClass(StrEnum):
    """How a run ended that neither succeeded nor produced a verdict, which determines whether another run follows."""

    STOPPED = "Stopped"
    """The operator stopped it, for example because of spec.suspend: another run follows and does not count as a retry."""
    INTERRUPTED = "Interrupted"
    """Preempted, evicted, deleted or its node lost: another run follows and does not count as a retry."""
    BLOCKED = "Blocked"
    """Its model directory is in use: another run follows and does not count as a retry."""
    FAILED = "Failed"
    """Another run follows, at most spec.retries times."""
    FINAL = "Final"
    """Another run would end the same."""
    TIMED_OUT = "TimedOut"
    """It took longer than spec.validation.timeoutSeconds."""


class ValidationStatus(StatusModel):
    """Result of the validation."""

    attempt: int = 0
    """Number of the newest validation run."""
    counted: int | None = None
    """Number of the newest validation run whose end is recorded here."""
    counted_time: Time | None = None
    """When that end was recorded."""
    end: RetryClass | None = None
    """How that run ended, if it produced no verdict."""
    crashes: int | None = None
    """Number of validations that crashed without a verdict."""
    interruptions: int | None = None
    """Number of validations that were interrupted."""
    latest_run: LatestRun | None = None
    """When the newest validation run was first observed in each state."""
    verdict: Verdict | None = None
    """pass if the inputs will train, else reject."""
    errors: int | None = None
    """Number of findings that reject the training."""
    warnings: int | None = None
    """Number of warnings."""
    records: int | None = None
    """Number of records read."""
    images: int | None = None
    """Number of images checked."""
    boxes: int | None = None
    """Number of boxes in the records."""
    duration_seconds: float | None = None
    """Duration of the validation."""
    inputs_fingerprint: Name | None = None
    """Fingerprint of the inputs of the verdict, to detect later changes."""
    findings: Annotated[list[Finding], MaxLength(20)] = []
    """The first 20 findings, errors first."""
    report_path: Path | None = None
    """Path of the full report, as JSON."""


class TrainingStatus(StatusModel):
    """Progress of the training."""

    attempt: int = 0
    """Number of the newest training run."""
    counted: int | None = None
    """Number of the newest training run whose end is counted in restarts or preemptions."""
    counted_time: Time | None = None
    """When that end was counted."""
    end: RetryClass | None = None
    """How that run ended, until the next one starts."""
    progress: Word | None = None
    """Current step and total steps, for example 1200/20000."""
    blocked_by: Message | None = None
    """What uses the model directory while this training waits for it."""
    latest_run: LatestRun | None = None
    """When the newest training run was first observed in each state."""
    step: int | None = None
    """Last completed step."""
    total_steps: int | None = None
    """Total number of steps."""
    loss: float | None = None
    """Total loss at the last reported step."""
    steps_per_second: float | None = None
    """Training speed."""
    seconds_remaining: int | None = None
    """Estimated remaining time."""
    progress_time: Time | None = None
    """When the progress in this status last changed."""
    last_checkpoint_step: int | None = None
    """Step of the newest checkpoint: a restart resumes from it."""
    restarts: int = 0
    """Number of restarts after a failure."""
    preemptions: int = 0
    """Number of interruptions that are not failures: preempted, evicted, node lost."""
    preemptions_in_a_row: int | None = None
    """Interruptions without a new step since, and waits for the model directory: they increase the backoff."""
    preempted_at_step: int | None = None
    """Highest step at which it was interrupted."""
    start_time: Time | None = None
    """When the first pod of this training was assigned to a node: the start of spec.activeDeadlineSeconds."""


class FailureStatus(StatusModel):
    """Last failure, with a hint how to fix it."""

    reason: Word
    """Reason, a CamelCase word."""
    message: Message
    """What happened, a sentence."""
    hint: Message | None = None
    """How to fix it."""
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
    """Last completed step before it."""
    log_tail: Annotated[list[LogLine], MaxLength(20)] = []
    """Last lines of the log, if the reason alone does not explain the failure."""


class Status(StatusModel):
    """Observed state of the training."""

    observed_generation: Annotated[int, Field(ge=0)] = 0
    """metadata.generation that this status reflects."""
    spec_generation: int | None = None
    """metadata.generation that last changed what is trained. Changes of suspend, retries, deadlines, timeouts and TTLs do not
    count. Runs are labelled with it."""
    spec_hash: Word | None = None
    """Hash of the fields of the spec that specGeneration counts."""
    phase: Phase = Phase.PENDING
    """Current phase."""
    phase_time: Time | None = None
    """When the current phase began."""
    reason: Word | None = None
    """Reason of the phase: what it waits for, or why it failed."""
    retry: Word | None = None
    """Last handled value of the annotation detector-training.io/retry."""
    stops: Annotated[list[Stop], ListMap("run"), MaxLength(64)] = []
    """Runs that the operator has decided to stop and whose end is not recorded yet."""
    conditions: Annotated[list[Condition], ListMap("type"), MaxLength(16)] = []
    """Conditions of the training."""
    validation: ValidationStatus | None = None
    """Result of the validation."""
    training: TrainingStatus | None = None
    """Progress of the training."""
    failure: FailureStatus | None = None
    """Last failure; kept after its pod is deleted."""

    def stop(self, run: str) -> Stop | None:
        """Return the decision to stop a run (`train-2`), if there is one."""
        return next((stop for stop in self.stops if stop.run == run), None)

    def condition(self, kind: ConditionType) -> Condition | None:
        """Return the condition of a type; None if it was never set."""
        return next((condition for condition in self.conditions if condition.type is kind), None)
