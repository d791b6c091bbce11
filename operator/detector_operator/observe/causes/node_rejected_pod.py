"""Detect that the kubelet rejected the pod that was scheduled on its node: none of its containers has run."""

from __future__ import annotations

from detector_operator.observe.observed_run import ObservedRun
from detector_operator.reconcile.runs import ConditionReason
from detector_trainer.contract import reasons


def cause(observed: ObservedRun) -> ConditionReason | None:
    """Report the kubelet's reason, such as UnexpectedAdmissionError (usually an unhealthy GPU) or OutOfcpu."""
    pod = observed.pod
    if pod is None or not pod.finished or not pod.reason or pod.started is not None:
        return None
    return ConditionReason(
        reasons.NODE_REFUSED_POD,
        f"{pod.node or 'Its node'} rejected {pod.name}: {pod.reason}. {pod.message}".strip(),
        "If this happens repeatedly, check the node: its GPUs or their device plugin may be broken.",
    )
