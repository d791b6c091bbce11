"""Given a container that the kubelet no longer found: its exit code does not count."""

from __future__ import annotations

import pytest

from detector_operator.api import RetryClass
from support.kubernetes_objects import ended, failed, job
from support.observed import JOB_STATUS, LOG, assert_end, failed_pod, only_run


@pytest.mark.parametrize("job_status", JOB_STATUS.values(), ids=JOB_STATUS)
def test_its_node_was_probably_rebooted(job_status):
    state = ended(137, reason="ContainerStatusUnknown", message="The container could not be located when the pod was terminated")
    message = "Container train has the status ContainerStatusUnknown on gpu-1: the node was probably rebooted."
    assert_end(failed_pod(state), RetryClass.INTERRUPTED, "NodeLost", message, "", job_status)


def test_the_exit_code_that_the_kubelet_made_up_is_ignored():
    run = only_run([job(**failed())], [failed_pod(ended(137, reason="ContainerStatusUnknown", message=LOG))])
    assert (run.exit_code, run.signal, run.step, run.log_tail) == (None, None, None, ())
