"""Select the trainer's volumes and environment for the validation's pod, which reads the inputs and writes a report to modelDir.

A volume that other pods can access is mounted read-only, unless the validation writes to it. Secrets are removed if
spec.validation.secrets, or the operator's setting, is Omit. By default they are kept: the deep checks read data in buckets with
the trainer's credentials, and the paths in the pipeline config are not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from posixpath import isabs, normpath
from typing import Final

from detector_operator.api import Spec, Trainer
from detector_operator.builders.manifest import Manifest, part
from detector_operator.builders.settings import Settings
from detector_operator.builders.volumes import SCRATCH, SHARED_MEMORY

READ_ONLY_MOUNTS: Final = "DETECTOR_TRAINING_READ_ONLY_MOUNTS"
"""Environment variable of the validation: colon-separated paths that are read-only there but not in the trainer's pod."""
# Volumes that only the pod uses, and volumes that Kubernetes always mounts read-only.
_PRIVATE: Final = frozenset({"emptyDir", "ephemeral"})
_READ_ONLY: Final = frozenset({"configMap", "secret", "downwardAPI", "projected"})
_SECRET_SOURCES: Final = frozenset({"secret", "serviceAccountToken"})
"""Sources of a projected volume."""
_SECRET_DRIVERS: Final = ("secrets-store.csi.k8s.io",)
"""Drivers of a csi volume."""


def validation_access(spec: Spec, settings: Settings) -> Trainer:
    """Return spec.trainer with the volumes, mounts and variables of the validation's pod."""
    trainer = spec.trainer
    if (spec.validation.secrets or settings.validation_secrets) == "Omit":
        trainer = _without_secrets(trainer, _input_paths(spec))
    return _read_only(trainer, spec.model_dir)


def read_only_mounts(spec: Spec, reading: Trainer) -> list[Manifest]:
    """Return the variable READ_ONLY_MOUNTS; an empty list if there are no such mounts."""
    before = {mount["mountPath"] for mount in spec.trainer.volume_mounts if mount.get("readOnly") is True}
    paths = [mount["mountPath"] for mount in reading.volume_mounts if mount.get("readOnly") is True]
    changed = [path for path in paths if path not in before]
    return [{"name": READ_ONLY_MOUNTS, "value": ":".join(changed).replace("$", "$$")}] if changed else []


def _read_only(trainer: Trainer, model_dir: str) -> Trainer:
    """Mount read-only what the validation does not write to. If no mount contains modelDir, all mounts stay as is."""
    mounts = trainer.volume_mounts
    directory = model_dir.removeprefix("file://")
    written = [SCRATCH, SHARED_MEMORY, *_paths_of_variables(trainer)]
    if "://" not in directory:
        if not any(_below(directory, mount["mountPath"]) for mount in mounts):
            return trainer  # a link in the image may lead to a mount
        written.append(directory)
    kept = _private(trainer.volumes)
    paths = [mount["mountPath"] for mount in mounts]
    innermost = {_innermost(path, [*paths, SCRATCH, SHARED_MEMORY]) for path in written}

    def reads(mount: Manifest) -> Manifest:
        path = mount["mountPath"]
        if mount.get("name") in kept or path in innermost or any(_below(path, each) for each in written):
            return mount
        return {**mount, "readOnly": True}

    return trainer.model_copy(update={"volume_mounts": [reads(mount) for mount in mounts]})


def _paths_of_variables(trainer: Trainer) -> Iterator[str]:
    """Yield absolute paths in variables, such as HOME, which may be written to."""
    for variable in trainer.env:
        value = variable.get("value")
        if isinstance(value, str) and isabs(value):
            yield value


def _innermost(path: str, mounts: Iterable[str]) -> str | None:
    """Return the innermost mount that contains a path."""
    over = [mount for mount in mounts if _below(path, mount)]
    return max(over, key=lambda each: len(normpath(each)), default=None)


def _below(path: str, directory: str) -> bool:
    """Return whether a path is a directory or below it, without resolving links."""
    path, directory = normpath(path), normpath(directory)
    return path == directory or path.startswith(directory.rstrip("/") + "/")


def _private(volumes: Iterable[Manifest]) -> list[str]:
    """Return the names of the volumes whose mounts stay as is."""
    return [volume["name"] for volume in volumes if not volume.keys() - {"name"} - _PRIVATE - _READ_ONLY]


def _without_secrets(trainer: Trainer, needed: Iterable[str]) -> Trainer:
    """Remove variables and volumes from Secrets, except for volumes that contain a needed path."""
    mounts = [mount["mountPath"] for mount in trainer.volume_mounts]
    on = {_innermost(path, mounts) for path in needed}
    names = [mount.get("name") for mount in trainer.volume_mounts if mount["mountPath"] in on]
    volumes = [kept for volume in trainer.volumes if (kept := volume if volume["name"] in names else _unsecret(volume))]
    left = [volume["name"] for volume in volumes]
    gone = [volume["name"] for volume in trainer.volumes if volume["name"] not in left]
    return trainer.model_copy(
        update={
            "env": [variable for variable in trainer.env if "secretKeyRef" not in part(variable, "valueFrom")],
            "env_from": [source for source in trainer.env_from if "secretRef" not in source],
            "volumes": volumes,
            "volume_mounts": [mount for mount in trainer.volume_mounts if mount.get("name") not in gone],
        }
    )


def _unsecret(volume: Manifest) -> Manifest | None:
    """Return a volume without its Secrets; None if nothing is left."""
    if "secret" in volume or part(volume, "csi").get("driver") in _SECRET_DRIVERS:
        return None
    sources = part(volume, "projected").get("sources")
    if not isinstance(sources, list):
        return volume
    kept = [source for source in sources if not (isinstance(source, dict) and source.keys() & _SECRET_SOURCES)]
    if not kept:
        return None
    return {**volume, "projected": {**volume["projected"], "sources": kept}}


def _input_paths(spec: Spec) -> list[str]:
    """Return the input paths in the spec."""
    config = spec.pipeline_config
    overrides = config.overrides
    records = [*(overrides.train_input_paths or ()), *(overrides.eval_input_paths or ())]
    paths = [config.path, overrides.label_map_path, overrides.fine_tune_checkpoint, *records]
    return [path for path in paths if path is not None]
