"""Detect that the cluster terminated the pod: everything in Kubernetes that does so sets the pod condition DisruptionTarget."""

from __future__ import annotations

from detector_operator.observe.manifests import Pod, text
from detector_operator.observe.observed_run import ObservedRun
from detector_operator.reconcile.runs import ConditionReason
from detector_trainer.contract import reasons

CONDITION = "DisruptionTarget"


def cause(observed: ObservedRun) -> ConditionReason | None:
    """Report a preemption, an eviction or the loss of the node."""
    if observed.pod is None or not observed.pod.has(CONDITION):
        return None
    return explain_disruption(observed.pod)


def explain_disruption(pod: Pod) -> ConditionReason:
    """Explain the condition DisruptionTarget of a pod, which may still be in its grace period."""
    condition = pod.condition(CONDITION) or {}
    details = _sentence(text(condition, "message") or pod.message)
    node = pod.node or "its node"
    match text(condition, "reason"):
        case "PreemptionByScheduler":
            return ConditionReason(
                reasons.PREEMPTED,
                f"Preempted: {pod.name} made room for a pod of higher priority. {details}".strip(),
                "If this happens too often, set spec.trainer.priorityClassName to a higher priority.",
            )
        case "DeletionByTaintManager" | "DeletionByDeviceTaintManager":
            return ConditionReason(
                reasons.NODE_LOST,
                f"{pod.name} was evicted from {node} because of a taint: usually the node is not ready. {details}".strip(),
                f"`kubectl describe node {node}` shows why." if pod.node else "",
            )
        case "DeletionByPodGC":
            return ConditionReason(reasons.NODE_LOST, f"{pod.name} was lost: {node} no longer exists. {details}".strip())
        case "EvictionByEvictionAPI":
            message = f"{pod.name} was evicted from {node}: usually the node is being drained. {details}".strip()
            return ConditionReason(reasons.EVICTED, message)
        case "TerminationByKubelet":
            return _explain_kubelet(pod, node, details)
        case reason:
            return ConditionReason(reasons.INTERRUPTED, f"{pod.name} was terminated on {node} ({reason}). {details}".strip())


def _explain_kubelet(pod: Pod, node: str, details: str) -> ConditionReason:
    match pod.reason:
        case "Terminated":
            return ConditionReason(reasons.NODE_SHUT_DOWN, f"{node} was shut down.")
        case "Preempting":
            return ConditionReason(reasons.PREEMPTED, f"Preempted: {pod.name} made room for a critical pod on {node}.")
        case _:
            return ConditionReason(
                reasons.EVICTED,
                f"{pod.name} was evicted from {node}. {details}".strip(),
                "Set spec.trainer.resources.requests to what it uses: pods that exceed their requests are evicted first.",
            )


def _sentence(message: str) -> str:
    return message if not message or message.endswith(".") else f"{message}."
