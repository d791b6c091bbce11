"""Detect a PersistentVolumeClaim that is missing or not bound. The scheduler reports it."""

from __future__ import annotations

import re
from typing import Final

from detector_operator.observe.observed_run import ObservedRun
from detector_operator.observe.waits.scheduling import scheduler_message
from detector_operator.reconcile.runs import ConditionReason
from detector_trainer.contract import reasons

_NOT_FOUND: Final = re.compile(r'persistentvolumeclaim "([^"]+)" not found')
_NOT_USABLE: Final = re.compile(
    r'persistentvolumeclaim ("[^"]+" (?:is being deleted|bound to non-existent persistentvolume "[^"]+"))'
)
_UNBOUND: Final = "pod has unbound immediate PersistentVolumeClaims"


def wait(observed: ObservedRun) -> ConditionReason | None:
    """Return which claim is missing or not bound."""
    message = scheduler_message(observed)
    if message is None:
        return None
    if found := _NOT_FOUND.search(message):
        return ConditionReason(
            reasons.PVC_NOT_FOUND,
            f"PersistentVolumeClaim {found.group(1)} not found in this namespace.",
            "Create it, or fix the name in spec.trainer.volumes.",
        )
    if found := _NOT_USABLE.search(message):
        return ConditionReason(
            reasons.PVC_NOT_BOUND, f"PersistentVolumeClaim {found.group(1)}.", "Recreate it, or reference another one."
        )
    if _UNBOUND in message:
        names = " or ".join(_claims(observed))
        return ConditionReason(
            reasons.PVC_NOT_BOUND,
            f"PersistentVolumeClaim {names} is not bound.",
            "`kubectl describe pvc` shows why: usually the StorageClass is missing or its provisioner is failing.",
        )
    return None


def _claims(observed: ObservedRun) -> list[str]:
    volumes = observed.pod.spec.get("volumes", []) if observed.pod is not None else []
    return [volume["persistentVolumeClaim"]["claimName"] for volume in volumes if "persistentVolumeClaim" in volume]
