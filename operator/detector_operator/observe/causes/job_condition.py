"""Read from the Job's condition how a pod ended that no longer exists: it names the rule of the podFailurePolicy that matched."""

from __future__ import annotations

import re
from typing import Final

from detector_operator.observe.causes.init_container import explain_init_failure
from detector_operator.observe.manifests import OWN_CONTAINERS, text
from detector_operator.observe.observed_run import ObservedRun
from detector_operator.reconcile.runs import ConditionReason
from detector_trainer.contract import reasons

# The messages of pkg/controller/job/pod_failure_policy.go.
_EXIT_CODE: Final = re.compile(r"^Container (\S+) for pod \S+ failed with exit code (\d{1,9}) matching")
_DISRUPTED: Final = re.compile(r"^Pod [^\s/]+/([^\s/]+) has condition DisruptionTarget matching")


def cause(observed: ObservedRun) -> ConditionReason | None:
    """Report a disruption or a failed injected container, if the pod no longer exists."""
    if observed.pod is not None:
        return None
    message = _message(observed)
    found = _EXIT_CODE.match(message)
    if found is not None and found.group(1) not in OWN_CONTAINERS[observed.kind]:
        return explain_init_failure(observed, found.group(1), found.group(2))
    found = _DISRUPTED.match(message)
    if found is None:
        return None
    return ConditionReason(reasons.INTERRUPTED, f"{found.group(1)} was preempted or evicted, or its node was lost.")


def exit_code(observed: ObservedRun) -> int | None:
    """Return the exit code of a pod that no longer exists, if the Job reports it."""
    condition = observed.job.finished if observed.job is not None else None
    if condition is None or observed.pod is not None:
        return None
    if condition.get("type") == "Complete":
        return 0
    found = _EXIT_CODE.match(_message(observed))
    return int(found.group(2)) if found and found.group(1) in OWN_CONTAINERS[observed.kind] else None


def _message(observed: ObservedRun) -> str:
    condition = observed.job.finished if observed.job is not None else None
    return text(condition or {}, "message")
