"""Read the annotation detector-training.io/retry, which requests another attempt of a failed training without a spec change."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from detector_operator.api import DetectorTraining, Phase, Status, TrainingStatus, ValidationStatus
from detector_operator.api.bounds import clip

ANNOTATION: Final = "detector-training.io/retry"
MAX_LENGTH: Final = 100
"""Characters of the value that are kept in the status."""


def retry_value(resource: DetectorTraining) -> str | None:
    """Return the value of the annotation, in the form in which the status keeps it."""
    value = resource.metadata.annotations.get(ANNOTATION)
    # Without the cut the value would differ from that in the status each time.
    return clip(value[:MAX_LENGTH], MAX_LENGTH) if value else None


def retry_requested(resource: DetectorTraining) -> bool:
    """Return whether to retry a failed training: the annotation has a value that was not acted on."""
    status = resource.status
    failed = status is not None and status.phase in (Phase.FAILED, Phase.REJECTED)
    return failed and status is not None and retry_value(resource) not in (None, status.retry)


def reset_status(status: Status, now: datetime) -> Status:
    """Return the status to start a retry with: it keeps the attempt numbers and the newest checkpoint.

    The inputs are validated again, because they may have been the reason for the failure.
    """
    validation, training = status.validation or ValidationStatus(), status.training or TrainingStatus()
    return status.model_copy(
        update={
            "phase": Phase.PENDING,
            "failure": None,
            "validation": ValidationStatus(attempt=validation.attempt, counted=validation.attempt, counted_time=now),
            "training": TrainingStatus(
                attempt=training.attempt,
                counted=training.attempt,
                counted_time=now,
                progress=training.progress,
                step=training.step,
                total_steps=training.total_steps,
                loss=training.loss,
                last_checkpoint_step=training.last_checkpoint_step,
            ),
        }
    )
