"""What the Job itself says of a pod that is gone: which rule of its podFailurePolicy the pod matched."""

from __future__ import annotations

import re
from typing import Final

from detector_operator.observe.causes import init
from detector_operator.observe.manifests import OURS, text
from detector_operator.observe.sight import Sight
from detector_operator.reconcile.runs import Why
from detector_trainer.contract import reasons

# The words of pkg/controller/job/pod_failure_policy.go.
_EXIT_CODE: Final = re.compile(r"^Container (\S+) for pod \S+ failed with exit code (\d{1,9}) matching")
_DISRUPTED: Final = re.compile(r"^Pod [^\s/]+/([^\s/]+) has condition DisruptionTarget matching")


def cause(sight: Sight) -> Why | None:
    """A disruption, if the pod that would tell which is gone."""
    found = _EXIT_CODE.match(_message(sight)) if sight.pod is None else None
    if found is not None and found.group(1) not in OURS[sight.kind]:
        return init.failed(sight, found.group(1), found.group(2))
    found = _DISRUPTED.match(_message(sight)) if sight.pod is None else None
    return Why(reasons.INTERRUPTED, f"{found.group(1)} was preempted or evicted, or its node was lost.") if found else None


def exit_code(sight: Sight) -> int | None:
    """The exit code of a pod that is gone, where the Job tells it."""
    condition = sight.job.finished if sight.job is not None else None
    if condition is None or sight.pod is not None:
        return None
    if condition.get("type") == "Complete":
        return 0
    found = _EXIT_CODE.match(_message(sight))
    return int(found.group(2)) if found and found.group(1) in OURS[sight.kind] else None


def _message(sight: Sight) -> str:
    condition = sight.job.finished if sight.job is not None else None
    return text(condition or {}, "message")
