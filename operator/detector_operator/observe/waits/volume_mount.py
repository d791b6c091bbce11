"""Detect a volume that cannot be attached or mounted. Only the pod's events report it."""

from __future__ import annotations

import re
from typing import Final

from detector_operator.observe.observed_run import ObservedRun
from detector_operator.observe.waits.missing_reference import explain_missing
from detector_operator.reconcile.runs import ConditionReason
from detector_trainer.contract import reasons

REASONS: Final = ("FailedMount", "FailedAttachVolume", "FailedMapVolume")
_VOLUME: Final = re.compile(r'^(?:MountVolume|AttachVolume|MapVolume)\S* failed for volume "([^"]+)" : ')


def wait(observed: ObservedRun) -> ConditionReason | None:
    """Return why the volume cannot be mounted. The kubelet retries."""
    event = observed.event(observed.pod) if not observed.started else None
    if event is None or event.reason not in REASONS:
        return None
    if missing := explain_missing(event.message):
        return missing
    found = _VOLUME.match(event.message)
    volume = f"Volume {found.group(1)}" if found else "A volume"
    return ConditionReason(
        reasons.VOLUME_NOT_MOUNTED,
        f"{volume} cannot be mounted: {_VOLUME.sub('', event.message)}",
        "Check that the storage is available, and that the volume is not attached to another node.",
    )
