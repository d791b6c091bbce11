"""The image of a container cannot be had."""

from __future__ import annotations

import re
from typing import Final

from detector_operator.observe.manifests import text
from detector_operator.observe.sight import Sight
from detector_operator.observe.waits.added_container import ADDED
from detector_operator.reconcile.runs import Why
from detector_trainer.contract import reasons

# Of pkg/kubelet/images. ErrImagePull and ImagePullBackOff take turns, so that both have to sound the same.
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


def wait(sight: Sight) -> Why | None:
    """Until it can: the kubelet tries again, at least every five minutes."""
    for container in sight.waiting_containers:
        waiting = container.waiting or {}
        told = text(waiting, "message")
        ours = sight.is_ours(container)
        if waiting.get("reason") == "InvalidImageName":
            message = f"Invalid image reference {container.image} of container {container.name}."
            return Why(reasons.INVALID_IMAGE_NAME, message, "Fix spec.trainer.image: registry/name:tag." if ours else ADDED)
        if waiting.get("reason") in NOT_PULLED:
            why = _BACK_OFF.sub("", told).strip()
            return Why(
                reasons.IMAGE_NOT_PULLED,
                f"Image {container.image} cannot be pulled{f': {why}' if why else ''}".rstrip(".") + ".",
                _hint(f"{waiting['reason']} {why}") if ours else f"Container {container.name}: {ADDED[0].lower()}{ADDED[1:]}",
            )
    return None


def _hint(told: str) -> str:
    if "ErrImageNeverPull" in told:
        return "spec.trainer.imagePullPolicy is Never, and the node does not have it: load it there, or allow the pull."
    if _DENIED.search(told):
        return "The registry wants a login: name a Secret with it in spec.trainer.imagePullSecrets."
    if _ABSENT.search(told):
        return "Mend the name or the tag in spec.trainer.image, or push it."
    return "See whether the node reaches the registry, and whether spec.trainer.image is right."
