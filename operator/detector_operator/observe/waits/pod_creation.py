"""The Job may not create its pod. Only the Job's events tell."""

from __future__ import annotations

import re
from typing import Final

from detector_operator.observe.quota import exceeded
from detector_operator.observe.sight import Sight
from detector_operator.reconcile.runs import Why
from detector_trainer.contract import reasons

# The name in it is another at each try.
_POD: Final = re.compile(r'^Error creating: (?:pods "[^"]*" is forbidden: )?')
_SERVICE_ACCOUNT: Final = re.compile(r"error looking up service account [^\s/]+/(\S+?): ")


def wait(sight: Sight) -> Why | None:
    """Until it may: the Job controller tries again and again."""
    event = sight.event(sight.job) if sight.pod is None else None
    if event is None or event.reason != "FailedCreate":
        return None
    told = _POD.sub("", event.message)
    if quota := exceeded(told):
        return Why(
            reasons.QUOTA_EXCEEDED,
            f"{quota[0].upper()}{quota[1:]}",
            f"Wait until others are done, lower {sight.settings}, or have the quota raised.",
        )
    if found := _SERVICE_ACCOUNT.search(told):
        name = found.group(1)
        return Why(
            reasons.SERVICE_ACCOUNT_NOT_FOUND,
            f"There is no service account {name} in this namespace.",
            f"`kubectl create serviceaccount {name}`, or mend spec.trainer.serviceAccountName.",
        )
    return Why(
        reasons.POD_NOT_CREATED,
        f"The pod of {sight.name} is not admitted: {told}",
        "Change what it complains of in spec.trainer, or ask whoever runs the cluster.",
    )
