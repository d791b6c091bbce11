"""A PersistentVolumeClaim that is missing, or has no volume yet: the scheduler tells."""

from __future__ import annotations

import re
from typing import Final

from detector_operator.observe.sight import Sight
from detector_operator.observe.waits.scheduling import scheduler_says
from detector_operator.reconcile.runs import Why
from detector_trainer.contract import reasons

_NOT_FOUND: Final = re.compile(r'persistentvolumeclaim "([^"]+)" not found')
_NOT_USABLE: Final = re.compile(
    r'persistentvolumeclaim ("[^"]+" (?:is being deleted|bound to non-existent persistentvolume "[^"]+"))'
)
_UNBOUND: Final = "pod has unbound immediate PersistentVolumeClaims"


def wait(sight: Sight) -> Why | None:
    """Until it is there and bound."""
    told = scheduler_says(sight)
    if told is None:
        return None
    if found := _NOT_FOUND.search(told):
        name = found.group(1)
        return Why(
            reasons.PVC_NOT_FOUND,
            f"There is no PersistentVolumeClaim {name} in this namespace.",
            "Create it, or mend the name in spec.trainer.volumes.",
        )
    if found := _NOT_USABLE.search(told):
        return Why(reasons.PVC_NOT_BOUND, f"PersistentVolumeClaim {found.group(1)}.", "Create it anew, or name another.")
    if _UNBOUND in told:
        names = " or ".join(_claims(sight))
        return Why(
            reasons.PVC_NOT_BOUND,
            f"PersistentVolumeClaim {names} has no volume yet.",
            "`kubectl describe pvc` tells why: mostly its storage class is missing or cannot make one.",
        )
    return None


def _claims(sight: Sight) -> list[str]:
    volumes = sight.pod.spec.get("volumes", []) if sight.pod is not None else []
    return [volume["persistentVolumeClaim"]["claimName"] for volume in volumes if "persistentVolumeClaim" in volume]
