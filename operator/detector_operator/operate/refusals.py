"""What the API server refused last, of each resource. A process that has just started asks again, and learns it again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from detector_operator.api import DetectorTraining
from detector_operator.operate.store import Key
from detector_operator.reconcile import retry
from detector_operator.reconcile.actions import StartTraining, StartValidation
from detector_operator.reconcile.refusal import Refusal
from detector_operator.reconcile.runs import Why
from detector_operator.reconcile.spec_generation import spec_generation


class Refusals:
    """The newest refusal of each resource."""

    def __init__(self) -> None:
        self._known: dict[Key, tuple[str | None, Refusal]] = {}

    def of(self, key: Key, resource: DetectorTraining) -> Refusal | None:
        """That of this resource; not that of an earlier one of the name."""
        uid, refusal = self._known.get(key, (None, None))
        return refusal if uid == resource.metadata.uid else None

    def note(
        self, key: Key, resource: DetectorTraining, action: StartValidation | StartTraining, why: Why, now: datetime
    ) -> None:
        """It was refused now, perhaps again."""
        before, generation = self.of(key, resource), spec_generation(resource)
        now_refused = Refusal(action, generation, why, 1, now, retry.wanted(resource))
        if before is not None and before.asked == now_refused.asked:
            now_refused = replace(now_refused, times=before.times + 1)
        self._known[key] = (resource.metadata.uid, now_refused)

    def forget(self, key: Key) -> None:
        """It was taken, or nobody asks any more."""
        self._known.pop(key, None)
