"""Given events about a Job without a pod: why it cannot create one."""

from __future__ import annotations

import pytest

from detector_operator.reconcile.runs import RunState
from support.kubernetes_objects import event, job
from support.observed import only_run

# (error, our reason, beginning of the message, a part of the hint)
ERRORS = {
    "quota": (
        "exceeded quota: gpus, requested: requests.nvidia.com/gpu=2, used: requests.nvidia.com/gpu=3, limited: requests.nvidia.com/gpu=4",
        "QuotaExceeded",
        "Exceeded quota gpus: requested requests.nvidia.com/gpu=2, used requests.nvidia.com/gpu=3, limited to requests.nvidia.com/gpu=4.",
        "lower spec.trainer.resources, or request an increase",
    ),
    "service account": (
        'error looking up service account team/bucket-reader: serviceaccount "bucket-reader" not found',
        "ServiceAccountNotFound",
        "ServiceAccount bucket-reader not found in this namespace.",
        "`kubectl create serviceaccount bucket-reader`",
    ),
    "pod security": (
        'violates PodSecurity "restricted:latest": privileged (container "train" must not set securityContext.privileged=true)',
        "PodNotCreated",
        'The pod of pets-train-1 was not admitted: violates PodSecurity "restricted:latest": privileged',
        "Fix the field named above in spec.trainer",
    ),
}


@pytest.mark.parametrize(("error", "reason", "message", "hint"), ERRORS.values(), ids=ERRORS)
@pytest.mark.parametrize("prefix", ["", "(combined from similar events): "], ids=["first", "aggregated"])
def test_the_error_is_reported_without_the_name_of_the_pod(prefix, error, reason, message, hint):
    about = job()
    given = event(about, "FailedCreate", f'{prefix}Error creating: pods "pets-train-1-x7k2p" is forbidden: {error}')
    run = only_run([about], [], [given])
    assert (run.state, run.waiting.reason) == (RunState.PENDING, reason)
    assert run.waiting.message.startswith(message)
    assert hint in run.waiting.hint


def test_a_job_without_a_pod_and_without_events_is_just_pending():
    run = only_run([job()], [])
    assert (run.state, run.waiting) == (RunState.PENDING, None)
