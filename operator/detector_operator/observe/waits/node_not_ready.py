"""Detect that the node of the pod is not ready. Some minutes later its pods are evicted, unless it comes back."""

from __future__ import annotations

from detector_operator.observe.observed_run import ObservedRun
from detector_operator.reconcile.runs import ConditionReason
from detector_trainer.contract import reasons


def wait(observed: ObservedRun) -> ConditionReason | None:
    """Report the node, until it is ready again or the pod is evicted.

    The node controller then sets the pod's condition Ready to False without a reason; the kubelet always sets a reason.
    """
    pod = observed.pod
    ready = pod.condition("Ready") if pod is not None and observed.started and not pod.finished else None
    if pod is None or ready is None or ready.get("status") != "False" or ready.get("reason"):
        return None
    node = pod.node or "Its node"
    return ConditionReason(
        reasons.NODE_LOST,
        f"{node} is not ready; {pod.name} may still be running there.",
        f"`kubectl describe node {node}` shows why.",
    )
