"""The kubelet no longer found the container: its exit code 137 is made up."""

from __future__ import annotations

from detector_operator.observe.sight import Sight
from detector_operator.reconcile.runs import Why
from detector_trainer.contract import reasons

REASON = "ContainerStatusUnknown"


def cause(sight: Sight) -> Why | None:
    """Mostly the node was restarted."""
    if sight.pod is None or sight.end is None or (sight.end.terminated or {}).get("reason") != REASON:
        return None
    node = sight.pod.node or "its node"
    return Why(reasons.NODE_LOST, f"Container {sight.end.name} is no longer known on {node}: mostly the node was restarted.")
