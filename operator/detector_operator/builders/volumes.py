"""Build the volumes that every pod has in addition to those of spec.trainer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from posixpath import normpath
from typing import Final

from detector_operator.api import Trainer
from detector_operator.api.spec import Resources
from detector_operator.builders.manifest import Manifest
from detector_operator.builders.settings import Settings

# The root file system is read-only: caches and temporary files of TensorFlow are written here.
SCRATCH: Final = "/tmp"
SHARED_MEMORY: Final = "/dev/shm"


@dataclass(frozen=True)
class Volume:
    """Define a volume and its mount. The prefix of its name avoids conflicts with those of the user."""

    name: str
    path: str
    source: Manifest
    read_only: bool = False

    @property
    def volume(self) -> Manifest:
        """Return the item of volumes of the pod."""
        return {"name": f"detector-training-{self.name}", **self.source}

    @property
    def mount(self) -> Manifest:
        """Return the item of volumeMounts of a container."""
        mount = {"name": f"detector-training-{self.name}", "mountPath": self.path}
        return mount | ({"readOnly": True} if self.read_only else {})


def scratch(trainer: Trainer, settings: Settings, resources: Resources) -> list[Volume]:
    """Return the volume of /tmp; none if the user mounts a volume there.

    Its size is limited, so that no pod fills the disk of its node. No limit is needed if limits.ephemeral-storage is set, which
    includes /tmp.
    """
    limited = settings.tmp_size is not None and "ephemeral-storage" not in resources.limits
    return _unless_mounted(trainer, Volume("tmp", SCRATCH, {"emptyDir": {"sizeLimit": settings.tmp_size} if limited else {}}))


def shared_memory(trainer: Trainer, settings: Settings) -> list[Volume]:
    """Return the volume of /dev/shm: the default of 64 MiB is too small for NCCL, through which GPUs exchange gradients."""
    source = {"emptyDir": {"medium": "Memory", "sizeLimit": trainer.shm_size or settings.shm_size}}
    return _unless_mounted(trainer, Volume("shm", SHARED_MEMORY, source))


def _unless_mounted(trainer: Trainer, volume: Volume) -> list[Volume]:
    mounted = {normpath(str(mount.get("mountPath"))) for mount in trainer.volume_mounts}
    return [] if volume.path in mounted else [volume]


def pod_volumes(trainer: Trainer, ours: Iterable[Volume]) -> list[Manifest]:
    """Return volumes of a pod."""
    return [*trainer.volumes, *(volume.volume for volume in ours)]


def volume_mounts(trainer: Trainer, ours: Iterable[Volume]) -> list[Manifest]:
    """Return volumeMounts of a container."""
    return [*trainer.volume_mounts, *(volume.mount for volume in ours)]
