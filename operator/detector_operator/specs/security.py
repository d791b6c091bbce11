"""Security contexts: the level `restricted` of the Pod Security Standards, unless the user says otherwise."""

from __future__ import annotations

from detector_operator.api import Trainer
from detector_operator.specs.manifest import Manifest
from detector_operator.specs.settings import Settings


def pod_security_context(trainer: Trainer, settings: Settings) -> Manifest:
    """securityContext of a pod. What spec.trainer.podSecurityContext says replaces field by field."""
    defaults: Manifest = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    if settings.user_id is not None:
        defaults |= {
            # A number, because the kubelet cannot tell whether a user that an image gives by name is root.
            "runAsUser": settings.user_id,
            "runAsGroup": settings.user_id,
            "fsGroup": settings.user_id,
            # Else every start goes through all files of the volumes.
            "fsGroupChangePolicy": "OnRootMismatch",
        }
    return {**defaults, **trainer.pod_security_context}


def container_security_context(trainer: Trainer) -> Manifest:
    """securityContext of a container. What spec.trainer.securityContext says replaces field by field."""
    defaults: Manifest = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
    }
    return {**defaults, **trainer.security_context}
