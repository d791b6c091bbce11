"""The resource `DetectorTraining` as pydantic models; the CRD is generated from them."""

from detector_operator.api.resource import API_VERSION, KIND, DetectorTraining, Metadata
from detector_operator.api.spec import Overrides, PipelineConfig, Spec, Trainer, Validation
from detector_operator.api.status import (
    Condition,
    ConditionType,
    FailureStatus,
    LatestRun,
    Phase,
    RunEnd,
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
    "RunEnd",
    "Spec",
    "Status",
    "Stop",
    "Trainer",
    "TrainingStatus",
    "Validation",
    "ValidationStatus",
]
