"""The kubelet of the node refused the pod that the scheduler had sent: nothing of it has run."""

from __future__ import annotations

from detector_operator.observe.sight import Sight
from detector_operator.reconcile.runs import Why
from detector_trainer.contract import reasons


def cause(sight: Sight) -> Why | None:
    """Mostly a GPU that is no longer healthy, or a node that has just started: UnexpectedAdmissionError, OutOfcpu …"""
    pod = sight.pod
    if pod is None or not pod.over or not pod.reason or pod.started is not None:
        return None
    return Why(
        reasons.NODE_REFUSED_POD,
        f"{pod.node or 'Its node'} refused {pod.name}: {pod.reason}. {pod.message}".strip(),
        "If it goes on, look at the node: its GPUs or their device plugin may be broken.",
    )
