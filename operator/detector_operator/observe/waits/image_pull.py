"""Detect a container whose image cannot be pulled."""

from __future__ import annotations

import re
from typing import Final

from detector_operator.observe.added_container import ADDED
from detector_operator.observe.manifests import text
from detector_operator.observe.observed_run import ObservedRun
from detector_operator.reconcile.runs import ConditionReason
from detector_trainer.contract import reasons

# Of pkg/kubelet/images. ErrImagePull and ImagePullBackOff alternate, so both must give the same message.
NOT_PULLED: Final = (
    "ErrImagePull",
    "ImagePullBackOff",
    "ErrImageNeverPull",
    "ImageInspectError",
    "RegistryUnavailable",
    "SignatureValidationFailed",
)
_BACK_OFF: Final = re.compile(r'^Back-off pulling image "[^"]*"(?:: ErrImagePull: )?')
_DENIED: Final = re.compile(r"unauthorized|denied|authentication required|no basic auth|401|403", re.IGNORECASE)
_ABSENT: Final = re.compile(r"not found|manifest unknown|does not exist", re.IGNORECASE)


def wait(observed: ObservedRun) -> ConditionReason | None:
    """Return why the image cannot be pulled. The kubelet retries, at least every five minutes."""
    for container in observed.waiting_containers:
        waiting = container.waiting or {}
        reason, own = waiting.get("reason"), observed.is_own_container(container)
        if reason == "InvalidImageName":
            message = f"Invalid image reference {container.image} of container {container.name}."
            hint = "Fix spec.trainer.image: registry/name:tag." if own else ADDED
            return ConditionReason(reasons.INVALID_IMAGE_NAME, message, hint)
        if reason in NOT_PULLED:
            error = _BACK_OFF.sub("", text(waiting, "message")).strip()
            return ConditionReason(
                reasons.IMAGE_NOT_PULLED,
                f"Image {container.image} cannot be pulled{f': {error}' if error else ''}".rstrip(".") + ".",
                _hint(f"{reason} {error}") if own else f"Container {container.name}: {ADDED[0].lower()}{ADDED[1:]}",
            )
    return None


def _hint(error: str) -> str:
    if "ErrImageNeverPull" in error:
        return "spec.trainer.imagePullPolicy is Never and the node does not have the image: load it there, or allow the pull."
    if _DENIED.search(error):
        return "The registry requires authentication: reference a pull Secret in spec.trainer.imagePullSecrets."
    if _ABSENT.search(error):
        return "Fix the name or the tag in spec.trainer.image, or push the image."
    return "Check that the node can reach the registry, and that spec.trainer.image is correct."
