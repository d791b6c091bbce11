"""Detect a pod that is terminating and may still write: a checkpoint in its grace period, or on a node that is not ready."""

from __future__ import annotations

from detector_operator.observe.causes import disruption
from detector_operator.observe.observed_run import ObservedRun
from detector_operator.observe.waits import node_not_ready
from detector_operator.reconcile.runs import ConditionReason
from detector_trainer.contract import reasons


def wait(observed: ObservedRun) -> ConditionReason | None:
    """Return why the pod is terminating, and what to do if its node does not come back."""
    queued = observed.job is not None and observed.job.suspended
    # A pod that is done is reported until its Job has counted it, unless its queue has preempted it.
    pod = next((pod for pod in observed.pods if pod.deleted is not None and not (queued and pod.done(observed.kind))), None)
    if pod is None:
        return None
    if not pod.has(disruption.CONDITION):
        if observed.stopped_by_operator:  # expected: only a node that is not ready is reported then
            return node_not_ready.wait(observed)
        return ConditionReason(reasons.POD_DELETED, f"{pod.name} was deleted and is terminating.")
    found = disruption.explain_disruption(pod)
    if found.reason != reasons.NODE_LOST:
        return ConditionReason(found.reason, f"{found.message} It is terminating.", found.hint)
    return ConditionReason(
        found.reason,
        f"{found.message} Until it is confirmed to be gone, no other run may write to the model directory.",
        f"If the node does not come back: `kubectl delete node {pod.node}`.",
    )
