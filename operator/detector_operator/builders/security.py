"""Build security contexts of the Pod Security Standards level `restricted`, unless the user overrides fields."""

from __future__ import annotations

from detector_operator.api import Trainer
from detector_operator.builders.manifest import Manifest
from detector_operator.builders.settings import Settings


def pod_security_context(trainer: Trainer, settings: Settings) -> Manifest:
    """Return the securityContext of a pod. The fields of spec.trainer.podSecurityContext override the defaults."""
    defaults: Manifest = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    if settings.user_id is not None:
        defaults |= {
            # A number, because the kubelet does not know whether a user name in an image is root.
            "runAsUser": settings.user_id,
            "runAsGroup": settings.user_id,
            "fsGroup": settings.user_id,
            # Otherwise every start changes the group of all files on the volumes.
            "fsGroupChangePolicy": "OnRootMismatch",
        }
    return {**defaults, **trainer.pod_security_context}


def container_security_context(trainer: Trainer) -> Manifest:
    """Return the securityContext of a container. The fields of spec.trainer.securityContext override the defaults."""
    defaults: Manifest = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }
    return {**defaults, **trainer.security_context}
