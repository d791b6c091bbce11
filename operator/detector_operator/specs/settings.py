"""What the operator's command line, and so the Helm chart's values, decide for all trainings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from detector_operator.api.spec import Resources

VALIDATION_RESOURCES: Final = Resources(
    requests={"cpu": "500m", "memory": "1Gi"},
    limits={"cpu": "4", "memory": "4Gi"},  # four processes read records
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Defaults of the pods: a resource that says otherwise wins."""

    trainer_image: str
    """Image of the pods whose resource names none."""
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] | None = None
    """When that image is pulled. None leaves it to Kubernetes: Always for the tag latest, else IfNotPresent."""
    gpu_resource: str = "nvidia.com/gpu"
    """Extended resource that GPUs are asked for as."""
    shm_size: str = "1Gi"
    """Size limit of the trainer's /dev/shm."""
    tmp_size: str | None = "16Gi"
    """Size limit of /tmp in every pod, unless the limit ephemeral-storage is set, which counts it too. None: no limit."""
    validation_secrets: Literal["Inherit", "Omit"] = "Inherit"
    """Whether the validation's pod has the Secrets of the trainer."""
    user_id: int | None = 1000
    """User and group of the pods, and group of their volumes. None leaves them to the cluster, as OpenShift wants it."""
    validation_resources: Resources = VALIDATION_RESOURCES
    """Requests and limits of the validation, of whatever its resource says nothing about."""
