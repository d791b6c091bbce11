"""Define the resource `DetectorTraining` as pydantic models, from which the CRD is generated."""

from detector_operator.api.resource import API_VERSION, KIND, DetectorTraining, Metadata
from detector_operator.api.spec import Overrides, PipelineConfig, Spec, Trainer, Validation
from detector_operator.api.status import (
    Condition,
    ConditionType,
    FailureStatus,
    LatestRun,
    Phase,
    RetryClass,
    Status,
    Stop,
    TrainingStatus,
    ValidationStatus,
)

__all__ = [
    "API_VERSION",
    "KIND",
    "Condition",
    "ConditionType",
    "DetectorTraining",
    "FailureStatus",
    "LatestRun",
    "Metadata",
    "Overrides",
    "Phase",
    "PipelineConfig",
    "RetryClass",
    "Spec",
    "Status",
    "Stop",
    "Trainer",
    "TrainingStatus",
    "Validation",
    "ValidationStatus",
]
