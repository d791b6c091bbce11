"""What the containers of both Jobs share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from detector_operator.api import Trainer
from detector_operator.specs.manifest import Manifest, without_empty
from detector_operator.specs.security import container_security_context
from detector_operator.specs.settings import Settings
from detector_operator.specs.volumes import SCRATCH, Volume, volume_mounts

TERMINATION_LOG: Final = "/dev/termination-log"

ENVIRONMENT: Final = {"HOME": SCRATCH, "TMPDIR": SCRATCH, "PYTHONUNBUFFERED": "1"}
# Where the NVIDIA runtime is a node's default, a container that asks for no GPU sees all of them.
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
    """A container that runs `detector-training` with these arguments. `env` is what they refer to."""
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
            # One that was killed left no message: then the end of its log is there, also after the pod's log is gone.
            "terminationMessagePolicy": "FallbackToLogsOnError",
        }
    )


def literal(arguments: Iterable[str]) -> list[str]:
    """Arguments in which Kubernetes expands no $(NAME): a path means the same here as on one machine."""
    return [argument.replace("$", "$$") for argument in arguments]


def _environment(trainer: Trainer, gpus: int) -> list[Manifest]:
    """The user's variables, after ours so that they can refer to them."""
    theirs = {variable.get("name") for variable in trainer.env}
    ours = ENVIRONMENT if gpus else ENVIRONMENT | NO_GPU
    return [
        *({"name": name, "value": value} for name, value in ours.items() if name not in theirs),
        *trainer.env,
    ]
