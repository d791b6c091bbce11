"""Define the settings of the operator, from its command line and so from the Helm chart's values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from detector_operator.api.spec import Resources

VALIDATION_RESOURCES: Final = Resources(
    requests={"cpu": "500m", "memory": "1Gi"},
    limits={"cpu": "4", "memory": "4Gi"},  # one process per CPU reads records
)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Hold defaults for all pods. Fields of a resource take precedence."""

    trainer_image: str
    """Image of pods whose resource sets none."""
    image_pull_policy: Literal["Always", "IfNotPresent", "Never"] | None = None
    """Pull policy of that image. None uses the default of Kubernetes: Always for the tag latest, else IfNotPresent."""
    gpu_resource: str = "nvidia.com/gpu"
    """Extended resource for GPUs."""
    shm_size: str = "1Gi"
    """Size limit of the trainer's /dev/shm."""
    tmp_size: str | None = "16Gi"
    """Size limit of /tmp in every pod, unless limits.ephemeral-storage is set, which includes it. None: no limit."""
    validation_secrets: Literal["Inherit", "Omit"] = "Inherit"
    """Whether the validation's pod gets the Secrets of the trainer."""
    user_id: int | None = 1000
    """User and group of the pods, and group of their volumes. None leaves them to the cluster, as OpenShift requires."""
    validation_resources: Resources = VALIDATION_RESOURCES
    """Requests and limits of the validation that its resource does not set."""
