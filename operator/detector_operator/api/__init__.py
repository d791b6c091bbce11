"""The resource `DetectorTraining` as pydantic models; the CRD is generated from them."""

from detector_operator.api.resource import API_VERSION, KIND, DetectorTraining, Metadata
from detector_operator.api.spec import Overrides, PipelineConfig, Spec, Trainer, Validation
from detector_operator.api.status import (
    Condition,
    ConditionType,
    FailureStatus,
    Phase,
    Status,
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
    "Metadata",
    "Overrides",
    "Phase",
    "PipelineConfig",
    "Spec",
    "Status",
    "Trainer",
    "TrainingStatus",
    "Validation",
    "ValidationStatus",
]
