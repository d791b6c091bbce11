"""The node no longer answers. Some minutes later its pods are taken off it, unless it comes back."""

from __future__ import annotations

from detector_operator.observe.sight import Sight
from detector_operator.reconcile.runs import Why
from detector_trainer.contract import reasons


def wait(sight: Sight) -> Why | None:
    """Until it answers or the pod is taken off it.

    The node controller then says of the pod that it is not ready, and gives no reason; the kubelet always gives one.
    """
    ready = sight.pod.condition("Ready") if sight.pod is not None and sight.started and not sight.pod.over else None
    if sight.pod is None or ready is None or ready.get("status") != "False" or ready.get("reason"):
        return None
    node = sight.pod.node or "Its node"
    return Why(
        reasons.NODE_LOST,
        f"{node} no longer answers; {sight.pod.name} may still run there.",
        f"`kubectl describe node {node}` tells what is wrong with it.",
    )
