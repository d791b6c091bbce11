"""Define the resource."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from detector_operator.api import rules
from detector_operator.api.pod import Object
from detector_operator.api.rules import MAX_NAME
from detector_operator.api.spec import Spec
from detector_operator.api.status import Status, Time

GROUP: Final = "detector-training.io"
VERSION: Final = "v1alpha1"
API_VERSION: Final = "detector-training.io/v1alpha1"
KIND: Final = "DetectorTraining"
PLURAL: Final = "detectortrainings"


class Metadata(BaseModel):
    """Hold the fields of metadata that the operator reads."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore", strict=True)

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", max_length=MAX_NAME)]
    namespace: str | None = None
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}
    generation: int = 1
    uid: str | None = None
    resource_version: str | None = None
    creation_timestamp: Annotated[Time | None, Field(strict=False)] = None


class DetectorTraining(BaseModel):
    """DetectorTraining validates the inputs of an object detector on a CPU, then trains it."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="forbid")

    api_version: Literal["detector-training.io/v1alpha1"] = API_VERSION
    kind: Literal["DetectorTraining"] = KIND
    metadata: Metadata
    spec: Annotated[Spec, rules.BATCH_DIVIDES]
    status: Status | None = None

    def to_dict(self) -> Object:
        """Return the resource as an API server stores it: the spec with its defaults, the status, and no empty values."""
        metadata = self.metadata.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
        written: Object = {
            "apiVersion": self.api_version,
            "kind": self.kind,
            "metadata": {**metadata, "generation": self.metadata.generation},
            "spec": _without_empty(self.spec.model_dump(mode="json", by_alias=True, exclude_none=True)),
        }
        if self.status is not None:
            written["status"] = _without_empty(self.status.model_dump(mode="json", by_alias=True, exclude_none=True))
        return written


def _without_empty(value: object) -> object:
    """Remove empty lists and mappings at any depth: `kubectl describe` would print only their names."""
    if isinstance(value, dict):
        kept = {key: _without_empty(part) for key, part in value.items()}
        return {key: part for key, part in kept.items() if part not in ([], {})}
    return [_without_empty(part) for part in value] if isinstance(value, list) else value
