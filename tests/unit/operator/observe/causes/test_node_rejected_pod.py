"""Given a pod that the kubelet did not admit: another run follows, and is not counted."""

from __future__ import annotations

import pytest

from detector_operator.api import RetryClass
from support.kubernetes_objects import pod
from support.observed import JOB_STATUS, REJECTED_BY_KUBELET, assert_end


@pytest.mark.parametrize("job_status", JOB_STATUS.values(), ids=JOB_STATUS)
def test_a_broken_gpu(job_status):
    message = (
        "Pod was rejected: Allocate failed due to no healthy devices present; cannot allocate unhealthy devices nvidia.com/gpu"
    )
    its_pod = pod(**REJECTED_BY_KUBELET, reason="UnexpectedAdmissionError", message=message)
    expected = "gpu-1 rejected pets-train-1-x7k2p: UnexpectedAdmissionError. Pod was rejected: Allocate failed"
    assert_end(its_pod, RetryClass.INTERRUPTED, "NodeRefusedPod", expected, "device plugin", job_status)
