"""Explain why the API server rejected a Job or its ConfigMap, and whether it would always reject it."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from detector_operator.observe.quota import explain_exceeded_quota
from detector_operator.reconcile.runs import ConditionReason
from detector_trainer.contract import reasons

# Errors of the request itself: the same request gets the same response.
INVALID: Final = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
# Errors of the server: the response is not about the object. A conflict is one with the update of a quota.
REPORT_PENDING_AFTER: Final = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.CONFLICT,
    HTTPStatus.TOO_MANY_REQUESTS,
)
# Cluster administrators configure these, with any status, and can change them.
_UNREACHABLE: Final = re.compile(r'failed calling webhook "?([^":\s]+)"?')
_ADMISSION: Final = re.compile(r"admission webhook|ValidatingAdmissionPolicy")
_FORBIDDEN: Final = re.compile(r'User "[^"]*" cannot \w+ resource')

HINT: Final = "Fix the field named above: it is copied verbatim from the spec."


def explain_create_error(status: int, message: str, name: str) -> ConditionReason | None:
    """Explain why a run could not be created. InvalidSpec if it never can be; None if a retry may succeed unchanged.

    Args:
        status: HTTP status.
        message: message of the API server.
        name: name of the run.
    """
    if found := _UNREACHABLE.search(message):
        hint = (
            f"The admission webhook {found[1]} is unreachable or failing, so the API server admits no Job. A cluster "
            "administrator has to fix or remove the webhook; the spec needs no change. The operator retries."
        )
        return ConditionReason(reasons.JOB_NOT_CREATED, f"Cannot create Job {name}: {_sentence(message)}", hint)
    denied = _ADMISSION.search(message) is not None
    if status in INVALID and not denied:
        return ConditionReason(reasons.INVALID_SPEC, f"The API server rejects Job {name}: {_sentence(message)}", HINT)
    if not denied and (status in REPORT_PENDING_AFTER or status >= HTTPStatus.INTERNAL_SERVER_ERROR):
        return None
    if quota := explain_exceeded_quota(message):
        hint = "Free quota (finished Jobs count too) or request an increase."
        return ConditionReason(reasons.QUOTA_EXCEEDED, f"Cannot create Job {name}: {quota}", hint)
    if _FORBIDDEN.search(message):
        hint = "The operator lacks this permission: upgrade its Helm release, whose chart grants what the operator needs."
    else:
        hint = "Fix the field named above, or contact your cluster administrator."
    return ConditionReason(reasons.JOB_NOT_CREATED, f"Cannot create Job {name}: {_sentence(message)}", hint)


def explain_name_conflict(name: str) -> ConditionReason:
    """Explain that a Job with the name of the run exists and belongs to something else."""
    message = f"Cannot create Job {name}: Job already exists and is not owned by this DetectorTraining."
    return ConditionReason(reasons.JOB_NOT_CREATED, message, f"If it is not needed, delete it: `kubectl delete job {name}`.")


def _sentence(message: str) -> str:
    return f"{message.strip().rstrip('.')}."
