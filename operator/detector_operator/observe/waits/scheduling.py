"""Detect a pod that the scheduler cannot place on any node."""

from __future__ import annotations

import re
from typing import Final

from detector_operator.observe.manifests import text
from detector_operator.observe.observed_run import ObservedRun
from detector_operator.reconcile.runs import ConditionReason, RunKind
from detector_trainer.contract import reasons

_INSUFFICIENT: Final = re.compile(r"Insufficient ([^\s,]+[^\s,.])")
# What the scheduler appends about preemption, and about claims of devices.
_PREEMPTION: Final = "preemption: "
_CLAIMS: Final = "no new claims to deallocate,"

HINTS: Final = (
    ("untolerated taint", "Tolerate the taint in {settings}.tolerations, or free a node without it."),
    ("didn't match Pod's node affinity/selector", "Fix {settings}.nodeSelector or affinity: `kubectl get nodes --show-labels`."),
    ("volume node affinity conflict", "The volume is only accessible from other nodes: select a node in the volume's zone."),
)


def wait(observed: ObservedRun) -> ConditionReason | None:
    """Return the message of the scheduler: which resource is missing, on how many nodes."""
    message = scheduler_message(observed)
    if message is None:
        return None
    return ConditionReason(reasons.UNSCHEDULABLE, f"The pod cannot be scheduled: {message}", _hint(observed, message))


def scheduler_message(observed: ObservedRun) -> str | None:
    """Return why no node fits the newest pod; None if the scheduler has not reported that."""
    condition = observed.pod.condition("PodScheduled") if observed.pod is not None else None
    if condition is None or condition.get("status") != "False":
        return None
    message = text(condition, "message") or "no node was found."
    return message.partition(_PREEMPTION)[0].rstrip().removesuffix(_CLAIMS).strip()


def _hint(observed: ObservedRun, message: str) -> str:
    missing = list(dict.fromkeys(_INSUFFICIENT.findall(message)))
    if missing:
        requested = " and ".join(f"{_request(observed, resource)} {resource}" for resource in missing)
        extended = "/" in missing[0] and observed.kind is RunKind.TRAINING
        field = "spec.trainer.gpus" if extended else f"{observed.settings}.resources"
        return f"It requests {requested} on one node: wait for other pods to finish, add such a node, or lower {field}."
    return next((hint.format(settings=observed.settings) for words, hint in HINTS if words in message), "")


def _request(observed: ObservedRun, resource: str) -> str:
    """Return the request of the pod's main container; no init container requests more."""
    containers = observed.pod.containers if observed.pod is not None else ()
    return next((request for container in reversed(containers) if (request := container.request(resource))), "more")
