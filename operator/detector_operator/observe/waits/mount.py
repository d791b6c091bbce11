"""A volume cannot be attached or mounted. Only the pod's events tell: its containers are said to be created."""

from __future__ import annotations

import re
from typing import Final

from detector_operator.observe.sight import Sight
from detector_operator.observe.waits.references import missing
from detector_operator.reconcile.runs import Why
from detector_trainer.contract import reasons

REASONS: Final = ("FailedMount", "FailedAttachVolume", "FailedMapVolume")
_VOLUME: Final = re.compile(r'^(?:MountVolume|AttachVolume|MapVolume)\S* failed for volume "([^"]+)" : ')


def wait(sight: Sight) -> Why | None:
    """Until it can: the kubelet tries again."""
    event = sight.event(sight.pod) if not sight.started else None
    if event is None or event.reason not in REASONS:
        return None
    if why := missing(event.message):
        return why
    found = _VOLUME.match(event.message)
    volume = f"Volume {found.group(1)}" if found else "A volume"
    told = _VOLUME.sub("", event.message)
    return Why(
        reasons.VOLUME_NOT_MOUNTED,
        f"{volume} cannot be mounted: {told}",
        "See whether the storage is there, and whether another node still holds it.",
    )
