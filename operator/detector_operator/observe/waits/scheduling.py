"""No node takes the pod."""

from __future__ import annotations

import re
from typing import Final

from detector_operator.observe.manifests import text
from detector_operator.observe.sight import Sight
from detector_operator.reconcile.runs import RunKind, Why
from detector_trainer.contract import reasons

_INSUFFICIENT: Final = re.compile(r"Insufficient ([^\s,]+[^\s,.])")
# What the scheduler adds about pods that it could remove instead, and about claims of devices.
_AFTERTHOUGHT: Final = "preemption: "
_CLAIMS: Final = "no new claims to deallocate,"

HINTS: Final = (
    ("untolerated taint", "Tolerate the taint in {settings}.tolerations, or free a node without it."),
    ("didn't match Pod's node affinity/selector", "Mend {settings}.nodeSelector or affinity: `kubectl get nodes --show-labels`."),
    ("volume node affinity conflict", "Its volume can only be used on other nodes: choose a node of the volume's zone."),
)


def wait(sight: Sight) -> Why | None:
    """In the scheduler's words: which resource, how many nodes."""
    told = scheduler_says(sight)
    return Why(reasons.UNSCHEDULABLE, f"No node takes it: {told}", _hint(sight, told)) if told is not None else None


def scheduler_says(sight: Sight) -> str | None:
    """Why there is no node for the newest pod, if the scheduler has looked for one."""
    condition = sight.pod.condition("PodScheduled") if sight.pod is not None else None
    if condition is None or condition.get("status") != "False":
        return None
    told = text(condition, "message") or "no node was found."
    return told.partition(_AFTERTHOUGHT)[0].rstrip().removesuffix(_CLAIMS).strip()


def _hint(sight: Sight, told: str) -> str:
    missing = list(dict.fromkeys(_INSUFFICIENT.findall(told)))
    if missing:
        asked = " and ".join(f"{_asked(sight, resource)} {resource}" for resource in missing)
        fewer = "spec.trainer.gpus" if "/" in missing[0] and sight.kind is RunKind.TRAINING else f"{sight.settings}.resources"
        return f"It asks for {asked} on one node: wait for others to end, add such a node, or lower {fewer}."
    return next((hint.format(settings=sight.settings) for words, hint in HINTS if words in told), "")


def _asked(sight: Sight, resource: str) -> str:
    """What the pod's main container asks for; the init containers ask for no more."""
    containers = sight.pod.containers if sight.pod is not None else ()
    return next((asked for container in reversed(containers) if (asked := container.request(resource))), "more")
