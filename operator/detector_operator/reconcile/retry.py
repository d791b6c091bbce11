"""The annotation detector-training.io/retry: try again what has failed, without a change of the spec."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from detector_operator.api import DetectorTraining, Phase, Status, TrainingStatus, ValidationStatus
from detector_operator.api.bounds import clip

ANNOTATION: Final = "detector-training.io/retry"
LONGEST: Final = 100
"""Characters of its value that are kept in the status."""


def wanted(resource: DetectorTraining) -> str | None:
    """Return the value of the annotation."""
    value = resource.metadata.annotations.get(ANNOTATION)
    # As the status keeps it: else it would be another value each time.
    return clip(value[:LONGEST], LONGEST) if value else None


def requested(resource: DetectorTraining) -> bool:
    """Return whether a training that has failed is to be tried again: the annotation has a value that was not acted on."""
    status = resource.status
    failed = status is not None and status.phase in (Phase.FAILED, Phase.REJECTED)
    return failed and status is not None and wanted(resource) not in (None, status.retry)


def reset(status: Status, now: datetime) -> Status:
    """Return the status to begin with: it keeps the numbers of the runs and the newest checkpoint.

    The inputs are validated again: they may have been the reason.
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
