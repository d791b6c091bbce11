"""Detect that the kubelet evicted the pod because it exceeded its storage, or because the node is under resource pressure."""

from __future__ import annotations

from detector_operator.observe.observed_run import ObservedRun
from detector_operator.reconcile.runs import ConditionReason
from detector_trainer.contract import reasons

# Parts of the kubelet's message if the pod itself did not exceed a limit.
NODE_PRESSURE = ("The node was low on resource", "The node had condition")
SHARED_MEMORY = '"detector-training-shm"'
SCRATCH = '"detector-training-tmp"'


def cause(observed: ObservedRun) -> ConditionReason | None:
    """Report node pressure, or which storage limit was exceeded: that of the container, of /tmp or of /dev/shm."""
    pod = observed.pod
    if pod is None or pod.reason != "Evicted":
        return None
    message = f"{pod.name} was evicted from {pod.node or 'its node'}. {pod.message}"
    if any(part in pod.message for part in NODE_PRESSURE):
        return ConditionReason(reasons.EVICTED, message, f"Set {observed.settings}.resources.requests to what it uses.")
    if SHARED_MEMORY in pod.message:
        return ConditionReason(reasons.STORAGE_LIMIT_EXCEEDED, message, "Raise spec.trainer.shmSize.")
    limit = f"{observed.settings}.resources.limits.ephemeral-storage"
    if SCRATCH in pod.message:
        hint = f"Mount a volume with more space at /tmp, or set {limit} to what it needs."
        return ConditionReason(reasons.STORAGE_LIMIT_EXCEEDED, message, hint)
    return ConditionReason(reasons.STORAGE_LIMIT_EXCEEDED, message, f"Raise {limit}, or write less outside the model directory.")
