"""Build the containers of both Jobs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from detector_operator.api import Trainer
from detector_operator.builders.manifest import Manifest, without_empty
from detector_operator.builders.security import container_security_context
from detector_operator.builders.settings import Settings
from detector_operator.builders.volumes import SCRATCH, Volume, volume_mounts

TERMINATION_LOG: Final = "/dev/termination-log"

ENVIRONMENT: Final = {"HOME": SCRATCH, "TMPDIR": SCRATCH, "PYTHONUNBUFFERED": "1"}
# If the NVIDIA runtime is the default of a node, a container that requests no GPU sees all of them.
NO_GPU: Final = {"NVIDIA_VISIBLE_DEVICES": "void", "CUDA_VISIBLE_DEVICES": "-1"}


def build_container(
    name: str,
    arguments: Sequence[str],
    trainer: Trainer,
    settings: Settings,
    *,
    resources: Manifest,
    volumes: Iterable[Volume],
    gpus: int,
    env: Iterable[Manifest] = (),
) -> Manifest:
    """Build a container that runs `detector-training` with these arguments, which may refer to variables in `env`."""
    return without_empty(
        {
            "name": name,
            "image": trainer.image or settings.trainer_image,
            "imagePullPolicy": trainer.image_pull_policy or (settings.image_pull_policy if trainer.image is None else None),
            "command": ["detector-training"],
            "args": list(arguments),
            "env": [*_environment(trainer, gpus), *env],
            "envFrom": trainer.env_from,
            "resources": resources,
            "volumeMounts": volume_mounts(trainer, volumes),
            "securityContext": container_security_context(trainer),
            "terminationMessagePath": TERMINATION_LOG,
            # A container that was killed left no message: the end of its log is then available even after the pod was deleted.
            "terminationMessagePolicy": "FallbackToLogsOnError",
        }
    )


def escape_dollars(arguments: Iterable[str]) -> list[str]:
    """Escape $ in arguments, so that Kubernetes expands no $(NAME): a path means the same as on one machine."""
    return [argument.replace("$", "$$") for argument in arguments]


def _environment(trainer: Trainer, gpus: int) -> list[Manifest]:
    """Return the variables of the user, after ours so that they can refer to them."""
    user = {variable.get("name") for variable in trainer.env}
    ours = ENVIRONMENT if gpus else ENVIRONMENT | NO_GPU
    return [
        *({"name": name, "value": value} for name, value in ours.items() if name not in user),
        *trainer.env,
    ]
