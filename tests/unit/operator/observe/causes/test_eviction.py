"""Given a pod that the kubelet evicted: which limit it exceeded, or that its node is under pressure."""

from __future__ import annotations

import pytest

from detector_operator.api import RetryClass
from support.kubernetes_objects import disrupted, ended, failed, job, pod
from support.observed import JOB_STATUS, REJECTED_BY_KUBELET, assert_end, failed_pod, only_run

# (pod, class, reason, a part of the message, a part of the hint)
ENDS = {
    "its node is low on memory": (
        failed_pod(
            ended(137),
            reason="Evicted",
            message="The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi.",
            conditions=[disrupted("TerminationByKubelet", "The node was low on resource: memory.")],
        ),
        *(RetryClass.INTERRUPTED, "Evicted", "low on resource: memory", "spec.trainer.resources.requests"),
    ),
    "its node is low on memory, without the condition": (
        failed_pod(ended(137), reason="Evicted", message="The node was low on resource: memory."),
        *(RetryClass.INTERRUPTED, "Evicted", "low on resource: memory", "Set spec.trainer.resources.requests to what it uses."),
    ),
    "not admitted by a node that is low on disk": (
        pod(**REJECTED_BY_KUBELET, reason="Evicted", message="Pod was rejected: The node had condition: [DiskPressure]. "),
        *(RetryClass.INTERRUPTED, "Evicted", "[DiskPressure]", "spec.trainer.resources.requests"),
    ),
    "too much in /dev/shm": (
        failed_pod(
            ended(137), reason="Evicted", message='Usage of EmptyDir volume "detector-training-shm" exceeds the limit "1Gi". '
        ),
        *(RetryClass.FAILED, "StorageLimitExceeded", 'exceeds the limit "1Gi"', "spec.trainer.shmSize"),
    ),
    "too much in /tmp": (
        failed_pod(
            ended(137), reason="Evicted", message='Usage of EmptyDir volume "detector-training-tmp" exceeds the limit "16Gi". '
        ),
        *(RetryClass.FAILED, "StorageLimitExceeded", 'exceeds the limit "16Gi"', "Mount a volume with more space at /tmp"),
    ),
    "too much on the disk of the node": (
        failed_pod(ended(137), reason="Evicted", message='Container train exceeded its local ephemeral storage limit "10Gi". '),
        *(RetryClass.FAILED, "StorageLimitExceeded", 'storage limit "10Gi"', "limits.ephemeral-storage, or write less"),
    ),
}


@pytest.mark.parametrize("job_status", JOB_STATUS.values(), ids=JOB_STATUS)
@pytest.mark.parametrize(("its_pod", "how", "reason", "message", "hint"), ENDS.values(), ids=ENDS)
def test_each_eviction(its_pod, how, reason, message, hint, job_status):
    assert_end(its_pod, how, reason, message, hint, job_status)


@pytest.mark.parametrize(("node", "called"), [("gpu-1", "gpu-1"), (None, "its node")])
def test_the_node_is_named_where_it_is_known(node, called):
    its_pod = failed_pod(ended(137), reason="Evicted", message="The node had condition: [DiskPressure].", node=node)
    run = only_run([job(**failed())], [its_pod])
    assert run.cause.message == f"pets-train-1-x7k2p was evicted from {called}. The node had condition: [DiskPressure]."
    assert run.cause.hint == "Set spec.trainer.resources.requests to what it uses."
