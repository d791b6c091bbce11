"""The API server does not take a Job, or the ConfigMap of its pipeline config: why, and whether it ever will."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from detector_operator.observe.quota import exceeded
from detector_operator.reconcile.runs import Why
from detector_trainer.contract import reasons

# Of the request itself: the same one gets the same answer.
INVALID: Final = (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
# Of the server's own state: no word about what was asked.
TROUBLE: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
# Whoever runs the cluster has set these up, with any status, and can change them.
_ADMISSION: Final = re.compile(r"admission webhook|failed calling webhook|ValidatingAdmissionPolicy")
_NO_RIGHT: Final = re.compile(r'User "[^"]*" cannot create resource')

HINT: Final = "Correct the field that it names: it is taken over from the spec as it is."


def why_refused(status: int, told: str, name: str) -> Why | None:
    """Why a run could not be created; InvalidSpec if it never can be. None if the server is in trouble, and said nothing of it.

    Args:
        status: HTTP status.
        told: the API server's words.
        name: name of the run.
    """
    denied = _ADMISSION.search(told) is not None
    if status in INVALID and not denied:
        return Why(reasons.INVALID_SPEC, f"The API server refuses {name}: {_sentence(told)}", HINT)
    if not denied and (status in TROUBLE or status >= HTTPStatus.INTERNAL_SERVER_ERROR):
        return None
    if quota := exceeded(told):
        hint = "Wait until others are gone (those that have ended count too), or have the quota raised."
        return Why(reasons.QUOTA_EXCEEDED, f"{name} cannot be created: {quota}", hint)
    if _NO_RIGHT.search(told):
        hint = "The operator lacks this right: `helm upgrade` of its chart grants what it needs."
    else:
        hint = "Change what it complains of in the spec, or ask whoever runs the cluster."
    return Why(reasons.JOB_NOT_CREATED, f"{name} cannot be created: {_sentence(told)}", hint)


def name_taken(name: str) -> Why:
    """A Job of the name of a run is there that somebody else has made."""
    message = f"{name} cannot be created: there is a Job of this name, which is not of this training."
    return Why(reasons.JOB_NOT_CREATED, message, f"If it is not needed: `kubectl delete job {name}`.")


def _sentence(told: str) -> str:
    return f"{told.strip().rstrip('.')}."
