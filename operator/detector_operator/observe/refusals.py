"""The API server does not accept a Job, or the ConfigMap of its pipeline config: why, and whether it ever will."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from detector_operator.observe.quota import exceeded
from detector_operator.reconcile.runs import Why
from detector_trainer.contract import reasons

# Of the request itself: the same request gets the same answer.
INVALID: Final = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
# Of the server's own state: the answer says nothing about the object. A conflict is with the update of a quota.
TRANSIENT: Final = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.CONFLICT,
    HTTPStatus.TOO_MANY_REQUESTS,
)
# Cluster administrators set these up, with any status, and can change them.
_UNREACHABLE: Final = re.compile(r'failed calling webhook "?([^":\s]+)"?')
_ADMISSION: Final = re.compile(r"admission webhook|ValidatingAdmissionPolicy")
_NO_RIGHT: Final = re.compile(r'User "[^"]*" cannot \w+ resource')

HINT: Final = "Fix the field named above: it is copied verbatim from the spec."


def why_refused(status: int, message: str, name: str) -> Why | None:
    """Explain why a run could not be created; InvalidSpec if it never can be. None if it may work the next time, unchanged.

    Args:
        status: HTTP status.
        message: message of the API server.
        name: name of the run.
    """
    if found := _UNREACHABLE.search(message):
        hint = (
            f"The admission webhook {found[1]} is unreachable or broken, so the API server admits no Job. A cluster "
            "administrator has to fix or remove the webhook; the spec needs no change. The operator tries again."
        )
        return Why(reasons.JOB_NOT_CREATED, f"Cannot create Job {name}: {_sentence(message)}", hint)
    denied = _ADMISSION.search(message) is not None
    if status in INVALID and not denied:
        return Why(reasons.INVALID_SPEC, f"The API server rejects Job {name}: {_sentence(message)}", HINT)
    if not denied and (status in TRANSIENT or status >= HTTPStatus.INTERNAL_SERVER_ERROR):
        return None
    if quota := exceeded(message):
        hint = "Free quota (finished Jobs count too) or request an increase."
        return Why(reasons.QUOTA_EXCEEDED, f"Cannot create Job {name}: {quota}", hint)
    if _NO_RIGHT.search(message):
        hint = "The operator lacks this permission: upgrade its Helm release, whose chart grants what the operator needs."
    else:
        hint = "Fix the field named above, or contact your cluster administrator."
    return Why(reasons.JOB_NOT_CREATED, f"Cannot create Job {name}: {_sentence(message)}", hint)


def name_taken(name: str) -> Why:
    """Explain that somebody else's Job has the name of a run."""
    message = f"Cannot create Job {name}: Job already exists and is not owned by this DetectorTraining."
    return Why(reasons.JOB_NOT_CREATED, message, f"If it is not needed, delete it: `kubectl delete job {name}`.")


def _sentence(message: str) -> str:
    return f"{message.strip().rstrip('.')}."
