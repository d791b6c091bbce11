"""Detect that the Job controller cannot create the pod. Only the Job's events report it."""

from __future__ import annotations

import re
from typing import Final

from detector_operator.observe.observed_run import ObservedRun
from detector_operator.observe.quota import explain_exceeded_quota
from detector_operator.reconcile.runs import ConditionReason
from detector_trainer.contract import reasons

# The pod name in it changes with each attempt.
_POD: Final = re.compile(r'^Error creating: (?:pods "[^"]*" is forbidden: )?')
_SERVICE_ACCOUNT: Final = re.compile(r"error looking up service account [^\s/]+/(\S+?): ")


def wait(observed: ObservedRun) -> ConditionReason | None:
    """Return why the pod cannot be created. The Job controller retries."""
    event = observed.event(observed.job) if observed.pod is None else None
    if event is None or event.reason != "FailedCreate":
        return None
    message = _POD.sub("", event.message)
    if quota := explain_exceeded_quota(message):
        return ConditionReason(
            reasons.QUOTA_EXCEEDED,
            f"{quota[0].upper()}{quota[1:]}",
            f"Free quota (finished Jobs count too), lower {observed.settings}.resources, or request an increase.",
        )
    if found := _SERVICE_ACCOUNT.search(message):
        name = found.group(1)
        return ConditionReason(
            reasons.SERVICE_ACCOUNT_NOT_FOUND,
            f"ServiceAccount {name} not found in this namespace.",
            f"`kubectl create serviceaccount {name}`, or fix spec.trainer.serviceAccountName.",
        )
    return ConditionReason(
        reasons.POD_NOT_CREATED,
        f"The pod of {observed.name} was not admitted: {message}",
        "Fix the field named above in spec.trainer, or contact your cluster administrator.",
    )
