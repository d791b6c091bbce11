"""The kubelet evicted the pod for what the pod itself did, or did not let it in because the node is short of something."""

from __future__ import annotations

from detector_operator.observe.sight import Sight
from detector_operator.reconcile.runs import Why
from detector_trainer.contract import reasons

# The kubelet's words where it is not the pod's own fault.
NODE_IS_SHORT = ("The node was low on resource", "The node had condition")
SHARED_MEMORY = '"detector-training-shm"'
SCRATCH = '"detector-training-tmp"'


def cause(sight: Sight) -> Why | None:
    """More on local disks or in /dev/shm than it may have; or a node under pressure."""
    pod = sight.pod
    if pod is None or pod.reason != "Evicted":
        return None
    message = f"{pod.name} was evicted from {pod.node or 'its node'}. {pod.message}"
    if any(words in pod.message for words in NODE_IS_SHORT):
        return Why(reasons.EVICTED, message, f"Ask in {sight.settings}.resources.requests for as much as it uses.")
    if SHARED_MEMORY in pod.message:
        return Why(reasons.STORAGE_LIMIT_EXCEEDED, message, "Raise spec.trainer.shmSize.")
    if SCRATCH in pod.message:
        limit = f"{sight.settings}.resources.limits.ephemeral-storage"
        hint = f"Mount a volume with more space at /tmp, or set {limit} to what it needs."
        return Why(reasons.STORAGE_LIMIT_EXCEEDED, message, hint)
    return Why(
        reasons.STORAGE_LIMIT_EXCEEDED,
        message,
        f"Raise {sight.settings}.resources.limits.ephemeral-storage, or write less outside the model directory.",
    )
