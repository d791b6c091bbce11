"""What the operator builds for a resource of the cluster."""

from __future__ import annotations

from typing import Any

from detector_operator.api import DetectorTraining, Status
from detector_operator.builders import Settings, build_training_job, build_validation_job
from detector_operator.builders.manifest import Manifest

SETTINGS = Settings(trainer_image="trainer:1")


def on_cluster(*, generation: int = 1, status: Status | None = None, **spec: Any) -> DetectorTraining:
    """The resource `pets` in the namespace `vision`, as the API server gives it."""
    given = {"pipelineConfig": {"path": "/data/p.config"}, "modelDir": "/models/pets", "numSteps": 100, **spec}
    metadata = {"name": "pets", "namespace": "vision", "uid": "0001-pets", "generation": generation}
    resource = DetectorTraining.model_validate({"metadata": metadata, "spec": given})
    return resource.model_copy(update={"status": status})


def validation_job(attempt: int = 1, settings: Settings = SETTINGS, **spec: Any) -> Manifest:
    """The Job of a validation of this spec."""
    return build_validation_job(on_cluster(**spec), attempt, settings)


def training_job(attempt: int = 1, settings: Settings = SETTINGS, **spec: Any) -> Manifest:
    """The Job of a training of this spec."""
    return build_training_job(on_cluster(**spec), attempt, settings)


BUILDERS = (validation_job, training_job)


def pod(job: Manifest) -> Manifest:
    """spec of a Job's pod."""
    spec: Manifest = job["spec"]["template"]["spec"]
    return spec


def containers(job: Manifest) -> list[Manifest]:
    """All containers of a Job's pod, in the order in which they run."""
    return [*pod(job).get("initContainers", []), *pod(job)["containers"]]


def container(job: Manifest, name: str) -> Manifest:
    """The container of this name."""
    (found,) = (one for one in containers(job) if one["name"] == name)
    return found


def variables(container: Manifest) -> dict[str, str | None]:
    """Names and values of a container's environment variables."""
    return {variable["name"]: variable.get("value") for variable in container["env"]}


def mounts(container: Manifest) -> dict[str, str]:
    """Path and volume of everything that a container mounts."""
    return {mount["mountPath"]: mount["name"] for mount in container.get("volumeMounts", [])}


def volumes(job: Manifest) -> dict[str, Manifest]:
    """The volumes of a Job's pod by their names."""
    return {volume["name"]: volume for volume in pod(job).get("volumes", [])}
