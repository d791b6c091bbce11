"""The cluster took the pod away: the condition DisruptionTarget of the pod, which every part of Kubernetes sets that does so."""

from __future__ import annotations

from detector_operator.observe.manifests import Pod, text
from detector_operator.observe.sight import Sight
from detector_operator.reconcile.runs import Why
from detector_trainer.contract import reasons

CONDITION = "DisruptionTarget"


def cause(sight: Sight) -> Why | None:
    """Preempted, evicted, or its node gone."""
    if sight.pod is None or not sight.pod.has(CONDITION):
        return None
    return why(sight.pod)


def why(pod: Pod) -> Why:
    """Of a pod that has the condition; also while it still runs out its grace period."""
    condition = pod.condition(CONDITION) or {}
    told = _sentence(text(condition, "message") or pod.message)
    node = pod.node or "its node"
    match text(condition, "reason"):
        case "PreemptionByScheduler":
            return Why(
                reasons.PREEMPTED,
                f"Preempted: {pod.name} made room for a pod of higher priority. {told}".strip(),
                "Give it a higher spec.trainer.priorityClassName if this happens too often.",
            )
        case "DeletionByTaintManager" | "DeletionByDeviceTaintManager":
            return Why(
                reasons.NODE_LOST,
                f"{pod.name} was taken off {node} because of a taint: mostly the node no longer answers. {told}".strip(),
                f"`kubectl describe node {node}` tells what is wrong with it." if pod.node else "",
            )
        case "DeletionByPodGC":
            return Why(reasons.NODE_LOST, f"{node} is gone, and {pod.name} with it. {told}".strip())
        case "EvictionByEvictionAPI":
            return Why(reasons.EVICTED, f"{pod.name} was evicted from {node}: mostly the node is drained. {told}".strip())
        case "TerminationByKubelet":
            return _by_kubelet(pod, node, told)
        case reason:
            return Why(reasons.INTERRUPTED, f"{pod.name} was taken off {node} ({reason}). {told}".strip())


def _by_kubelet(pod: Pod, node: str, told: str) -> Why:
    match pod.reason:
        case "Terminated":
            return Why(reasons.NODE_SHUT_DOWN, f"{node} was shut down.")
        case "Preempting":
            return Why(reasons.PREEMPTED, f"Preempted: {pod.name} made room for a critical pod on {node}.")
        case _:
            return Why(
                reasons.EVICTED,
                f"{pod.name} was evicted from {node}. {told}".strip(),
                "Ask in spec.trainer.resources.requests for as much as it uses: who uses more than it asked for goes first.",
            )


def _sentence(told: str) -> str:
    return told if not told or told.endswith(".") else f"{told}."
