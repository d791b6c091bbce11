"""The volumes that every pod has besides those of spec.trainer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from posixpath import normpath
from typing import Final

from detector_operator.api import Trainer
from detector_operator.api.spec import Resources
from detector_operator.specs.manifest import Manifest
from detector_operator.specs.settings import Settings

# The root file system is read-only: TensorFlow's caches and temporary files go here.
SCRATCH: Final = "/tmp"
SHARED_MEMORY: Final = "/dev/shm"


@dataclass(frozen=True)
class Volume:
    """A volume, and where it is mounted. Its name has a prefix so that it is none of the user's."""

    name: str
    path: str
    source: Manifest
    read_only: bool = False

    @property
    def volume(self) -> Manifest:
        """As it stands in the pod."""
        return {"name": f"detector-training-{self.name}", **self.source}

    @property
    def mount(self) -> Manifest:
        """As it stands in a container."""
        mount = {"name": f"detector-training-{self.name}", "mountPath": self.path}
        return mount | ({"readOnly": True} if self.read_only else {})


def scratch(trainer: Trainer, settings: Settings, resources: Resources) -> list[Volume]:
    """What is writable beside the model directory; nothing where the user has mounted something there.

    Its size is limited, so that no pod fills the disk of its node. A user who sets the limit ephemeral-storage has said how much
    the pod may write, /tmp included.
    """
    limited = settings.tmp_size is not None and "ephemeral-storage" not in resources.limits
    return _unless_mounted(trainer, Volume("tmp", SCRATCH, {"emptyDir": {"sizeLimit": settings.tmp_size} if limited else {}}))


def shared_memory(trainer: Trainer, settings: Settings) -> list[Volume]:
    """/dev/shm: the 64 MiB that a container has otherwise are too few for NCCL, by which GPUs exchange gradients."""
    source = {"emptyDir": {"medium": "Memory", "sizeLimit": trainer.shm_size or settings.shm_size}}
    return _unless_mounted(trainer, Volume("shm", SHARED_MEMORY, source))


def _unless_mounted(trainer: Trainer, ours: Volume) -> list[Volume]:
    taken = {normpath(str(mount.get("mountPath"))) for mount in trainer.volume_mounts}
    return [] if ours.path in taken else [ours]


def pod_volumes(trainer: Trainer, ours: Iterable[Volume]) -> list[Manifest]:
    """volumes of a pod."""
    return [*trainer.volumes, *(volume.volume for volume in ours)]


def volume_mounts(trainer: Trainer, ours: Iterable[Volume]) -> list[Manifest]:
    """volumeMounts of a container."""
    return [*trainer.volume_mounts, *(volume.mount for volume in ours)]
