"""Given a pod with the condition DisruptionTarget: who terminated it. Another run follows, and is not counted."""

from __future__ import annotations

import pytest

from detector_operator.api import RetryClass
from detector_operator.observe.causes.disruption import explain_disruption
from detector_operator.observe.manifests import Pod
from detector_operator.reconcile.run_end import classify_training
from support.kubernetes_objects import disrupted, ended, job, pod, seconds, stopped
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


def explained(reason, message="", *, node="gpu-1", pod_reason=None, pod_message=None):
    facts = {name: value for name, value in (("reason", pod_reason), ("message", pod_message)) if value is not None}
    why = explain_disruption(Pod(pod(phase="Failed", node=node, conditions=[disrupted(reason, message)], **facts)))
    return why.reason, why.message, why.hint


@pytest.mark.parametrize(
    ("message", "pod_message", "end"),
    [
        ("deleting", None, " deleting."),
        ("deleting.", None, " deleting."),
        ("", "of the pod", " of the pod."),
        ("deleting", "of the pod", " deleting."),
        ("", None, ""),
    ],
    ids=["a message", "a sentence", "the message of the pod", "that of the condition comes first", "none"],
)
def test_the_message_of_the_cluster_is_a_sentence(message, pod_message, end):
    assert (
        explained("DeletionByPodGC", message, pod_message=pod_message)[1]
        == f"pets-train-1-x7k2p was lost: gpu-1 no longer exists.{end}"
    )


PRIORITY = "If this happens too often, set spec.trainer.priorityClassName to a higher priority."
REQUESTS = "Set spec.trainer.resources.requests to what it uses: pods that exceed their requests are evicted first."
TAINTED = "pets-train-1-x7k2p was evicted from {} because of a taint: usually the node is not ready. x."
# Reason of the condition, reason of the pod: reason, message and hint, on a node that is known and on one that is not.
EXPLANATIONS = {
    ("PreemptionByScheduler", None): (
        "Preempted",
        "Preempted: pets-train-1-x7k2p made room for a pod of higher priority. x.",
        (PRIORITY, PRIORITY),
    ),
    ("DeletionByTaintManager", None): ("NodeLost", TAINTED, ("`kubectl describe node gpu-1` shows why.", "")),
    ("DeletionByDeviceTaintManager", None): ("NodeLost", TAINTED, ("`kubectl describe node gpu-1` shows why.", "")),
    ("DeletionByPodGC", None): ("NodeLost", "pets-train-1-x7k2p was lost: {} no longer exists. x.", ("", "")),
    ("EvictionByEvictionAPI", None): (
        "Evicted",
        "pets-train-1-x7k2p was evicted from {}: usually the node is being drained. x.",
        ("", ""),
    ),
    ("TerminationByKubelet", "Terminated"): ("NodeShutDown", "{} was shut down.", ("", "")),
    ("TerminationByKubelet", "Preempting"): (
        "Preempted",
        "Preempted: pets-train-1-x7k2p made room for a critical pod on {}.",
        ("", ""),
    ),
    ("TerminationByKubelet", "Evicted"): ("Evicted", "pets-train-1-x7k2p was evicted from {}. x.", (REQUESTS, REQUESTS)),
    ("Something", None): ("Interrupted", "pets-train-1-x7k2p was terminated on {} (Something). x.", ("", "")),
}


@pytest.mark.parametrize(("given", "explanation"), EXPLANATIONS.items(), ids=str)
@pytest.mark.parametrize(
    ("node", "called", "index"), [("gpu-1", "gpu-1", 0), (None, "its node", 1)], ids=["on a node", "on none"]
)
def test_each_disruption_with_and_without_its_node(given, explanation, node, called, index):
    (condition, pod_reason), (reason, message, hints) = given, explanation
    assert explained(condition, "x", node=node, pod_reason=pod_reason) == (reason, message.format(called), hints[index])
