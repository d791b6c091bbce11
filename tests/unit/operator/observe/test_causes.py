"""Given this Job and its pod: how the run ended, and why."""

from __future__ import annotations

import json

import pytest

from detector_operator.observe import observe
from detector_operator.policies.failure_reasons import failure_of
from detector_operator.policies.retries import Ending, ending
from detector_operator.reconcile.runs import RunState
from support.kubernetes_objects import OWNER, complete, disrupted, ended, failed, job, pod, seconds, waiting
from support.trainings import after

LOG = 'INFO a line\ndetector-training: {"step": 12, "totalSteps": 100, "lastCheckpointStep": 10}\nRuntimeError: boom\n'
DATA = json.dumps({"reason": "DataError", "message": "Record 3 cannot be decoded.", "hint": "Write it anew.", "step": 12})
STOPPED = json.dumps({"reason": "Stopped", "message": "Stopped at step 12.", "step": 12, "lastCheckpointStep": 12})
KUBELET = {"phase": "Failed", "init": waiting("PodInitializing"), "main": waiting("PodInitializing")}


def seen(jobs, pods):
    (run,) = observe(jobs, pods, owner=OWNER)
    return run


def over(main=None, **facts):
    """The pod of a run that failed."""
    return pod(phase="Failed", main=main, **facts)


# The pod as it ended: (pod, how it ends, reason, words of the message, words of the hint)
ENDS = {
    "a data error in the trainer's own words": (
        over(ended(65, message=DATA)),
        Ending.FINAL,
        "DataError",
        "Record 3",
        "Write it anew",
    ),
    "an unknown exit code": (over(ended(70, message=LOG)), Ending.MAY_PASS, "Unclassified", "exit code 70 at step 12", "logTail"),
    "killed by a signal": (over(ended(139, message=LOG)), Ending.MAY_PASS, "KilledBySignal", "SIGSEGV at step 12", "native code"),
    "out of memory at its limit": (
        over(ended(137, reason="OOMKilled", message=LOG)),
        *(Ending.MAY_PASS, "OOMKilled", "more memory than its limit of 8Gi", "spec.trainer.resources.limits.memory"),
    ),
    "out of memory of the node": (
        over(ended(137, reason="OOMKilled"), limits={"cpu": "1"}),
        *(Ending.MAY_PASS, "OOMKilled", "its node had no memory left", "spec.trainer.resources.requests.memory"),
    ),
    "the runtime cannot start it": (
        over(ended(128, reason="StartError", message='exec: "detector-training": executable file not found in $PATH')),
        *(Ending.MAY_PASS, "ContainerCannotStart", "executable file not found", "command `detector-training`"),
    ),
    "preempted, with a checkpoint": (
        over(ended(75, message=STOPPED), conditions=[disrupted("PreemptionByScheduler", "default-scheduler: preempting")]),
        *(Ending.INTERRUPTED, "Preempted", "made room for a pod of higher priority", "priorityClassName"),
    ),
    "preempted, and killed before it was done": (
        over(ended(137), conditions=[disrupted("PreemptionByScheduler", "default-scheduler: preempting")]),
        *(Ending.INTERRUPTED, "Preempted", "made room", ""),
    ),
    "drained": (
        over(ended(75, message=STOPPED), conditions=[disrupted("EvictionByEvictionAPI", "Eviction API: evicting")]),
        *(Ending.INTERRUPTED, "Evicted", "evicted from gpu-1: mostly the node is drained", ""),
    ),
    "its node tainted": (
        over(ended(143), conditions=[disrupted("DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint")]),
        *(Ending.INTERRUPTED, "NodeLost", "taken off gpu-1 because of a taint", "kubectl describe node gpu-1"),
    ),
    "its node deleted": (
        over({"running": {"startedAt": seconds(5)}}, conditions=[disrupted("DeletionByPodGC", "PodGC: node no longer exists")]),
        *(Ending.INTERRUPTED, "NodeLost", "gpu-1 is gone", ""),
    ),
    "evicted for its node": (
        over(
            ended(137),
            reason="Evicted",
            message="The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi.",
            conditions=[disrupted("TerminationByKubelet", "The node was low on resource: memory.")],
        ),
        *(Ending.INTERRUPTED, "Evicted", "low on resource: memory", "spec.trainer.resources.requests"),
    ),
    "its node shut down": (
        over(
            ended(143),
            reason="Terminated",
            message="Pod was terminated in response to imminent node shutdown.",
            conditions=[disrupted("TerminationByKubelet", "Pod was terminated in response to imminent node shutdown.")],
        ),
        *(Ending.INTERRUPTED, "NodeShutDown", "gpu-1 was shut down", ""),
    ),
    "too much in /dev/shm": (
        over(ended(137), reason="Evicted", message='Usage of EmptyDir volume "detector-training-shm" exceeds the limit "1Gi". '),
        *(Ending.MAY_PASS, "StorageLimitExceeded", 'exceeds the limit "1Gi"', "spec.trainer.shmSize"),
    ),
    "too much on the node's disk": (
        over(ended(137), reason="Evicted", message='Container train exceeded its local ephemeral storage limit "10Gi". '),
        *(Ending.MAY_PASS, "StorageLimitExceeded", 'storage limit "10Gi"', "limits.ephemeral-storage"),
    ),
    "refused by a node that is short of disk": (
        pod(**KUBELET, reason="Evicted", message="Pod was rejected: The node had condition: [DiskPressure]. "),
        *(Ending.INTERRUPTED, "Evicted", "[DiskPressure]", "spec.trainer.resources.requests"),
    ),
    "a broken GPU": (
        pod(
            **KUBELET,
            reason="UnexpectedAdmissionError",
            message="Pod was rejected: Allocate failed due to no healthy devices present; cannot allocate unhealthy devices nvidia.com/gpu",
        ),
        *(Ending.INTERRUPTED, "NodeRefusedPod", "gpu-1 refused pets-train-1-x7k2p: UnexpectedAdmissionError.", "device plugin"),
    ),
    "unknown to a restarted node": (
        over(
            ended(137, reason="ContainerStatusUnknown", message="The container could not be located when the pod was terminated")
        ),
        *(Ending.INTERRUPTED, "NodeLost", "no longer known on gpu-1", ""),
    ),
    "preflight refused": (
        over(
            waiting("PodInitializing"),
            init=ended(78, message=json.dumps({"reason": "EnvironmentUnusable", "message": "No GPU."})),
        ),
        *(Ending.FINAL, "EnvironmentUnusable", "No GPU.", ""),
    ),
    "preflight broke": (
        over(waiting("PodInitializing"), init=ended(1, message="Traceback\nboom")),
        *(Ending.MAY_PASS, "InitFailed", "Init container preflight ended with exit code 1; train was not started.", "logTail"),
    ),
    "deleted by someone": (
        over(ended(75, at=50, message=STOPPED), deleted=seconds(40)),
        *(Ending.INTERRUPTED, "PodDeleted", "pets-train-1-x7k2p was deleted.", "spec.suspend"),
    ),
    "deleted by someone after it had crashed": (
        over(ended(70, at=30), deleted=seconds(40)),
        *(Ending.MAY_PASS, "Unclassified", "exit code 70", ""),
    ),
}


@pytest.mark.parametrize(("its_pod", "how", "reason", "said", "hint"), ENDS.values(), ids=ENDS)
def test_each_end(its_pod, how, reason, said, hint):
    run = seen([job(**failed())], [its_pod])
    failure = failure_of(run, "pets-train-1")
    assert (run.state, ending(run), failure.reason) == (RunState.ENDED, how, reason)
    assert said in failure.message
    assert hint in (failure.hint or "")
    assert (failure.pod, failure.node) == ("pets-train-1-x7k2p", "gpu-1")


# A Job whose pod is gone: (status of the Job, how it ended, reason)
WITHOUT_A_POD = {
    "done": (complete(), Ending.DONE, None),
    "a final exit code": (
        failed(
            "Container train for pod team/pets-train-1-x7k2p failed with exit code 65 matching FailJob rule at index 1",
            "PodFailurePolicy",
        ),
        *(Ending.FINAL, "DataError"),
    ),
    "disrupted": (
        failed("Pod team/pets-train-1-x7k2p has condition DisruptionTarget matching FailJob rule at index 0", "PodFailurePolicy"),
        *(Ending.INTERRUPTED, "Interrupted"),
    ),
    "nobody knows": (failed(), Ending.INTERRUPTED, "PodDeleted"),
}


@pytest.mark.parametrize(("status", "how", "reason"), WITHOUT_A_POD.values(), ids=WITHOUT_A_POD)
def test_the_job_still_tells_when_its_pod_is_gone(status, how, reason):
    run = seen([job(**status)], [])
    assert (run.state, ending(run), run.end_time) == (RunState.ENDED, how, after(61))
    assert reason is None or failure_of(run, "pets-train-1").reason == reason


def test_where_and_when_it_ended():
    run = seen([job(**failed())], [over(ended(70, at=60, message=LOG))])
    assert (run.start_time, run.end_time, run.container) == (after(3), after(60), "train")
    assert (run.step, run.last_checkpoint_step, run.log_tail) == (12, 10, ("INFO a line", "RuntimeError: boom"))


def test_the_main_container_is_the_run_whatever_was_added_to_its_pod():
    given = pod(phase="Succeeded", main=ended(0, message=json.dumps({"reason": "Completed", "message": "Done.", "step": 100})))
    given["spec"]["containers"].append({"name": "istio-proxy"})
    given["spec"]["initContainers"].append({"name": "logger", "restartPolicy": "Always"})
    given["status"]["containerStatuses"].append({"name": "istio-proxy", "state": ended(1)})
    given["status"]["initContainerStatuses"].append({"name": "logger", "state": ended(143)})
    run = seen([job(**complete())], [given])
    assert (run.exit_code, run.container, run.cause) == (0, "train", None)


# Validations


def report(verdict):
    return json.dumps({"reason": "x", "message": "y", "validation": {"verdict": verdict}})


def test_a_pass_of_the_first_look_is_no_verdict():
    first = ended(0, message=report("pass"))
    assert seen([job("validate")], [pod("validate", init=first)]).message is None
    killed = pod("validate", phase="Failed", init=first, main=ended(137, reason="OOMKilled"))
    assert seen([job("validate", **failed())], [killed]).message is None


def test_a_reject_of_the_first_look_is_the_verdict():
    given = pod("validate", phase="Failed", init=ended(1, message=report("reject")), main=waiting("PodInitializing"))
    run = seen([job("validate", **failed())], [given])
    assert (run.exit_code, run.container, run.message.validation.verdict) == (1, "config", "reject")


def test_the_kubelet_ends_a_validation_as_the_operator_would():
    given = pod(
        "validate",
        phase="Failed",
        main=ended(143),
        reason="DeadlineExceeded",
        message="Pod was active on the node longer than the specified deadline",
    )
    assert seen([job("validate", **failed())], [given]).stop_reason == "ValidationTimedOut"
