"""Given a pod with the condition DisruptionTarget: who terminated it. Another run follows, and is not counted."""

from __future__ import annotations

import pytest

from detector_operator.api import RetryClass
from detector_operator.reconcile.run_end import classify_training
from support.kubernetes_objects import disrupted, ended, job, seconds, stopped
from support.observed import JOB_STATUS, STOPPED, assert_end, failed_pod, only_run

# (pod, reason, a part of the message, a part of the hint)
ENDS = {
    "preempted, with a checkpoint": (
        failed_pod(ended(75, message=STOPPED), conditions=[disrupted("PreemptionByScheduler", "default-scheduler: preempting")]),
        *("Preempted", "made room for a pod of higher priority. default-scheduler: preempting.", "priorityClassName"),
    ),
    "preempted, and killed before it had stopped": (
        failed_pod(ended(137), conditions=[disrupted("PreemptionByScheduler", "default-scheduler: preempting")]),
        *("Preempted", "made room", ""),
    ),
    "drained": (
        failed_pod(ended(75, message=STOPPED), conditions=[disrupted("EvictionByEvictionAPI", "Eviction API: evicting")]),
        *("Evicted", "evicted from gpu-1: usually the node is being drained", ""),
    ),
    "its node tainted": (
        failed_pod(
            ended(143), conditions=[disrupted("DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint")]
        ),
        *("NodeLost", "evicted from gpu-1 because of a taint", "kubectl describe node gpu-1"),
    ),
    "a GPU tainted": (
        failed_pod(ended(143), conditions=[disrupted("DeletionByDeviceTaintManager", "Device taint manager: deleting")]),
        *("NodeLost", "evicted from gpu-1 because of a taint", "kubectl describe node gpu-1"),
    ),
    "its node deleted": (
        failed_pod(
            {"running": {"startedAt": seconds(5)}}, conditions=[disrupted("DeletionByPodGC", "PodGC: node no longer exists")]
        ),
        *("NodeLost", "was lost: gpu-1 no longer exists", ""),
    ),
    "evicted because of its node": (
        failed_pod(ended(137), conditions=[disrupted("TerminationByKubelet", "The node was low on resource: memory.")]),
        *("Evicted", "low on resource: memory", "spec.trainer.resources.requests"),
    ),
    "preempted by its node for a critical pod": (
        failed_pod(
            ended(137),
            reason="Preempting",
            message="Preempted in order to admit critical pod",
            conditions=[disrupted("TerminationByKubelet", "Preempted in order to admit critical pod")],
        ),
        *("Preempted", "made room for a critical pod on gpu-1", ""),
    ),
    "its node shut down": (
        failed_pod(
            ended(143),
            reason="Terminated",
            message="Pod was terminated in response to imminent node shutdown.",
            conditions=[disrupted("TerminationByKubelet", "Pod was terminated in response to imminent node shutdown.")],
        ),
        *("NodeShutDown", "gpu-1 was shut down", ""),
    ),
    "terminated by something else": (
        failed_pod(ended(143), conditions=[disrupted("SomethingNew", "It had to go")]),
        *("Interrupted", "terminated on gpu-1 (SomethingNew). It had to go.", ""),
    ),
}


@pytest.mark.parametrize("job_status", JOB_STATUS.values(), ids=JOB_STATUS)
@pytest.mark.parametrize(("its_pod", "reason", "message", "hint"), ENDS.values(), ids=ENDS)
def test_each_disruption(its_pod, reason, message, hint, job_status):
    assert_end(its_pod, RetryClass.INTERRUPTED, reason, message, hint, job_status)


def test_a_run_that_was_preempted_while_it_stopped_reports_that():
    preempted = disrupted("PreemptionByScheduler", "default-scheduler: preempting")
    run = only_run([job(deleted=seconds(39))], [failed_pod(ended(137), conditions=[preempted])], stops=[stopped()])
    assert (run.cause.reason, classify_training(run)) == ("Preempted", RetryClass.STOPPED)
