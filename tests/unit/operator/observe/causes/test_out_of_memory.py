"""Given an OOM-killed container: whether its limit or its node was too small."""

from __future__ import annotations

import pytest

from detector_operator.api import RetryClass
from support.kubernetes_objects import ended, failed, job, pod
from support.observed import JOB_STATUS, LOG, assert_end, failed_pod, only_run

# (pod, message, hint)
ENDS = {
    "its limit": (
        failed_pod(ended(137, reason="OOMKilled", message=LOG)),
        "Container train was OOM-killed: it exceeded its memory limit of 8Gi.",
        "Raise spec.trainer.resources.limits.memory, or lower train_config.batch_size.",
    ),
    "its node": (
        failed_pod(ended(137, reason="OOMKilled"), limits={"cpu": "1"}),
        "Container train was OOM-killed: its node ran out of memory.",
        "Set spec.trainer.resources.requests.memory so that the pod is scheduled on a node with enough memory.",
    ),
}


@pytest.mark.parametrize("job_status", JOB_STATUS.values(), ids=JOB_STATUS)
@pytest.mark.parametrize(("its_pod", "message", "hint"), ENDS.values(), ids=ENDS)
def test_what_was_too_small(its_pod, message, hint, job_status):
    assert_end(its_pod, RetryClass.FAILED, "OOMKilled", message, hint, job_status)


def test_a_validation_needs_memory_for_each_cpu():
    killed = pod("validate", phase="Failed", main=ended(137, reason="OOMKilled"))
    hint = only_run([job("validate", **failed())], [killed]).cause.hint
    assert hint.startswith("Raise spec.validation.resources.limits.memory, or lower its CPU limit")
