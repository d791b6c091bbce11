"""Define the labels by which the operator finds and identifies its objects."""

from __future__ import annotations

from typing import Final

from detector_operator.api import DetectorTraining
from detector_operator.api.resource import GROUP
from detector_operator.reconcile.runs import RunKind
from detector_operator.reconcile.spec_generation import spec_generation

MANAGED_BY: Final = "app.kubernetes.io/managed-by"
MANAGER: Final = "detector-training"
NAME: Final = f"{GROUP}/name"
"""Name of the DetectorTraining."""
RUN: Final = f"{GROUP}/run"
"""Kind of the run: a RunKind."""
ATTEMPT: Final = f"{GROUP}/attempt"
"""Number of the run."""
GENERATION: Final = f"{GROUP}/generation"
"""Generation of the spec that the run was started for."""


def object_labels(resource: DetectorTraining) -> dict[str, str]:
    """Return the labels of all objects of a resource."""
    return {MANAGED_BY: MANAGER, NAME: resource.metadata.name}


def run_labels(resource: DetectorTraining, kind: RunKind, attempt: int) -> dict[str, str]:
    """Return the labels of the Job of a run and of its pod."""
    return {**object_labels(resource), RUN: kind.value, ATTEMPT: str(attempt), GENERATION: str(spec_generation(resource))}
