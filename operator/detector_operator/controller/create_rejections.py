"""Remember the newest rejected start of each resource. An operator that has just started tries again, and is rejected again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from detector_operator.api import DetectorTraining
from detector_operator.controller.store import NamespacedName
from detector_operator.reconcile.actions import StartTraining, StartValidation
from detector_operator.reconcile.create_rejection import CreateRejection
from detector_operator.reconcile.retry_annotation import retry_value
from detector_operator.reconcile.runs import ConditionReason
from detector_operator.reconcile.spec_generation import spec_generation


class CreateRejections:
    """Hold the newest rejection of each resource."""

    def __init__(self) -> None:
        self._known: dict[NamespacedName, tuple[str | None, CreateRejection]] = {}

    def of(self, key: NamespacedName, resource: DetectorTraining) -> CreateRejection | None:
        """Return the rejection of this resource, not of an earlier one with its name."""
        uid, rejection = self._known.get(key, (None, None))
        return rejection if uid == resource.metadata.uid else None

    def record(
        self,
        key: NamespacedName,
        resource: DetectorTraining,
        action: StartValidation | StartTraining,
        cause: ConditionReason,
        now: datetime,
    ) -> None:
        """Record a rejection, and count it if the same request was rejected before."""
        before, generation = self.of(key, resource), spec_generation(resource)
        now_rejected = CreateRejection(action, generation, cause, 1, now, retry_value(resource))
        if before is not None and before.request == now_rejected.request:
            now_rejected = replace(now_rejected, attempts=before.attempts + 1)
        self._known[key] = (resource.metadata.uid, now_rejected)

    def forget(self, key: NamespacedName) -> None:
        """Forget the rejection: the run was created, or the resource was deleted."""
        self._known.pop(key, None)
