"""Detect a container that the kubelet no longer found: it then reports a made-up exit code 137."""

from __future__ import annotations

from detector_operator.observe.observed_run import ObservedRun
from detector_operator.reconcile.runs import ConditionReason
from detector_trainer.contract import reasons

REASON = "ContainerStatusUnknown"


def cause(observed: ObservedRun) -> ConditionReason | None:
    """Report the loss of the container, usually by a reboot of its node."""
    if observed.pod is None or observed.end is None or (observed.end.terminated or {}).get("reason") != REASON:
        return None
    node = observed.pod.node or "its node"
    message = f"Container {observed.end.name} has the status {REASON} on {node}: the node was probably rebooted."
    return ConditionReason(reasons.NODE_LOST, message)
