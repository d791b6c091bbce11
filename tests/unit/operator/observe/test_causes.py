"""Given this Job and its pod: how the run ended, and why."""

from __future__ import annotations

import json

import pytest

from detector_operator.api import RunEnd
from detector_operator.observe import observe
from detector_operator.policies.failure_reasons import failure_of
from detector_operator.policies.retries import end_of_training, end_of_validation, succeeded
from detector_operator.reconcile.runs import RunState
from support.kubernetes_objects import (
    OWNER,
    complete,
    disrupted,
    ended,
    failed,
    job,
    pod,
    running,
    seconds,
    stopped,
    waiting,
    with_container,
)

LOG = 'INFO a line\ndetector-training: {"step": 12, "totalSteps": 100, "lastCheckpointStep": 10}\nRuntimeError: boom\n'
DATA = json.dumps({"reason": "DataError", "message": "Record 3 cannot be decoded.", "hint": "Write it anew.", "step": 12})
STOPPED = json.dumps({"reason": "Stopped", "message": "Stopped at step 12.", "step": 12, "lastCheckpointStep": 12})
KUBELET = {"phase": "Failed", "init": waiting("PodInitializing"), "main": waiting("PodInitializing")}


def seen(jobs, pods, **more):
    (run,) = observe(jobs, pods, owner=OWNER, **more)
    return run


def over(main=None, **facts):
    """The pod of a run that failed."""
    return pod(phase="Failed", main=main, **facts)


# The pod as it ended: (pod, how it ends, reason, words of the message, words of the hint)
ENDS = {
    "a data error in the trainer's own words": (
        over(ended(65, message=DATA)),
        RunEnd.FINAL,
        "DataError",
        "Record 3",
        "Write it anew",
    ),
    "an unknown exit code": (over(ended(70, message=LOG)), RunEnd.FAILED, "Unclassified", "exit code 70 at step 12", "logTail"),
    "killed by a signal": (over(ended(139, message=LOG)), RunEnd.FAILED, "KilledBySignal", "SIGSEGV at step 12", "native code"),
    "out of memory at its limit": (
        over(ended(137, reason="OOMKilled", message=LOG)),
        *(RunEnd.FAILED, "OOMKilled", "more memory than its limit of 8Gi", "spec.trainer.resources.limits.memory"),
    ),
    "out of memory of the node": (
        over(ended(137, reason="OOMKilled"), limits={"cpu": "1"}),
        *(RunEnd.FAILED, "OOMKilled", "its node had no memory left", "spec.trainer.resources.requests.memory"),
    ),
    "the runtime cannot start it": (
        over(ended(128, reason="StartError", message='exec: "detector-training": executable file not found in $PATH')),
        *(RunEnd.FAILED, "ContainerCannotStart", "executable file not found", "command `detector-training`"),
    ),
    "the runtime cannot run it": (
        over(ended(127, reason="ContainerCannotRun", message="failed to create shim task: no such device")),
        *(RunEnd.FAILED, "ContainerCannotStart", "could not be started: failed to create shim task", "security context"),
    ),
    "preempted, with a checkpoint": (
        over(ended(75, message=STOPPED), conditions=[disrupted("PreemptionByScheduler", "default-scheduler: preempting")]),
        *(RunEnd.INTERRUPTED, "Preempted", "made room for a pod of higher priority", "priorityClassName"),
    ),
    "preempted, and killed before it was done": (
        over(ended(137), conditions=[disrupted("PreemptionByScheduler", "default-scheduler: preempting")]),
        *(RunEnd.INTERRUPTED, "Preempted", "made room", ""),
    ),
    "drained": (
        over(ended(75, message=STOPPED), conditions=[disrupted("EvictionByEvictionAPI", "Eviction API: evicting")]),
        *(RunEnd.INTERRUPTED, "Evicted", "evicted from gpu-1: mostly the node is drained", ""),
    ),
    "its node tainted": (
        over(ended(143), conditions=[disrupted("DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint")]),
        *(RunEnd.INTERRUPTED, "NodeLost", "taken off gpu-1 because of a taint", "kubectl describe node gpu-1"),
    ),
    "its node deleted": (
        over({"running": {"startedAt": seconds(5)}}, conditions=[disrupted("DeletionByPodGC", "PodGC: node no longer exists")]),
        *(RunEnd.INTERRUPTED, "NodeLost", "gpu-1 is gone", ""),
    ),
    "evicted for its node": (
        over(
            ended(137),
            reason="Evicted",
            message="The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi.",
            conditions=[disrupted("TerminationByKubelet", "The node was low on resource: memory.")],
        ),
        *(RunEnd.INTERRUPTED, "Evicted", "low on resource: memory", "spec.trainer.resources.requests"),
    ),
    "preempted by its node for a critical pod": (
        over(
            ended(137),
            reason="Preempting",
            message="Preempted in order to admit critical pod",
            conditions=[disrupted("TerminationByKubelet", "Preempted in order to admit critical pod")],
        ),
        *(RunEnd.INTERRUPTED, "Preempted", "made room for a critical pod on gpu-1", ""),
    ),
    "taken away by something else": (
        over(ended(143), conditions=[disrupted("SomethingNew", "It had to go")]),
        *(RunEnd.INTERRUPTED, "Interrupted", "taken off gpu-1 (SomethingNew). It had to go.", ""),
    ),
    "a GPU tainted": (
        over(ended(143), conditions=[disrupted("DeletionByDeviceTaintManager", "Device taint manager: deleting")]),
        *(RunEnd.INTERRUPTED, "NodeLost", "taken off gpu-1 because of a taint", "kubectl describe node gpu-1"),
    ),
    "its node shut down": (
        over(
            ended(143),
            reason="Terminated",
            message="Pod was terminated in response to imminent node shutdown.",
            conditions=[disrupted("TerminationByKubelet", "Pod was terminated in response to imminent node shutdown.")],
        ),
        *(RunEnd.INTERRUPTED, "NodeShutDown", "gpu-1 was shut down", ""),
    ),
    "too much in /dev/shm": (
        over(ended(137), reason="Evicted", message='Usage of EmptyDir volume "detector-training-shm" exceeds the limit "1Gi". '),
        *(RunEnd.FAILED, "StorageLimitExceeded", 'exceeds the limit "1Gi"', "spec.trainer.shmSize"),
    ),
    "too much in /tmp": (
        over(ended(137), reason="Evicted", message='Usage of EmptyDir volume "detector-training-tmp" exceeds the limit "16Gi". '),
        *(RunEnd.FAILED, "StorageLimitExceeded", 'exceeds the limit "16Gi"', "Mount a volume with more space at /tmp"),
    ),
    "too much on the node's disk": (
        over(ended(137), reason="Evicted", message='Container train exceeded its local ephemeral storage limit "10Gi". '),
        *(RunEnd.FAILED, "StorageLimitExceeded", 'storage limit "10Gi"', "limits.ephemeral-storage"),
    ),
    "refused by a node that is short of disk": (
        pod(**KUBELET, reason="Evicted", message="Pod was rejected: The node had condition: [DiskPressure]. "),
        *(RunEnd.INTERRUPTED, "Evicted", "[DiskPressure]", "spec.trainer.resources.requests"),
    ),
    "a broken GPU": (
        pod(
            **KUBELET,
            reason="UnexpectedAdmissionError",
            message="Pod was rejected: Allocate failed due to no healthy devices present; cannot allocate unhealthy devices nvidia.com/gpu",
        ),
        *(RunEnd.INTERRUPTED, "NodeRefusedPod", "gpu-1 refused pets-train-1-x7k2p: UnexpectedAdmissionError.", "device plugin"),
    ),
    "unknown to a restarted node": (
        over(
            ended(137, reason="ContainerStatusUnknown", message="The container could not be located when the pod was terminated")
        ),
        *(RunEnd.INTERRUPTED, "NodeLost", "no longer known on gpu-1", ""),
    ),
    "preflight refused": (
        over(
            waiting("PodInitializing"),
            init=ended(78, message=json.dumps({"reason": "EnvironmentUnusable", "message": "No GPU."})),
        ),
        *(RunEnd.FINAL, "EnvironmentUnusable", "No GPU.", ""),
    ),
    "preflight broke": (
        over(waiting("PodInitializing"), init=ended(1, message="Traceback\nboom")),
        *(RunEnd.FAILED, "InitFailed", "Init container preflight ended with exit code 1; train was not started.", "logTail"),
    ),
    "deleted by someone": (
        over(ended(75, at=50, message=STOPPED), deleted=seconds(40)),
        *(RunEnd.INTERRUPTED, "PodDeleted", "pets-train-1-x7k2p was deleted.", "spec.suspend"),
    ),
    "deleted by someone after it had crashed": (
        over(ended(70, at=30), deleted=seconds(40)),
        *(RunEnd.FAILED, "Unclassified", "exit code 70", ""),
    ),
}


@pytest.mark.parametrize("job_status", [failed(), {}], ids=["the Job failed", "the Job controller is down"])
@pytest.mark.parametrize(("its_pod", "how", "reason", "said", "hint"), ENDS.values(), ids=ENDS)
def test_each_end(its_pod, how, reason, said, hint, job_status):
    run = seen([job(**job_status)], [its_pod])
    if not job_status and its_pod["metadata"].get("deletionTimestamp"):  # a queue may have deleted it, and the Job resume
        assert run.live
        return
    failure = failure_of(run, "pets-train-1")
    assert (run.state, end_of_training(run), failure.reason) == (RunState.ENDED, how, reason)
    assert said in failure.message
    assert hint in (failure.hint or "")
    assert (failure.pod, failure.node) == ("pets-train-1-x7k2p", "gpu-1")


FINAL_CODE = "Container {} for pod team/pets-train-1-x7k2p failed with exit code 65 matching FailJob rule at index 1"
# A Job whose pod is gone: (status of the Job, how it ended, reason)
WITHOUT_A_POD = {
    "a final exit code of the trainer": (failed(FINAL_CODE.format("train"), "PodFailurePolicy"), RunEnd.FINAL, "DataError"),
    "a final exit code of the preflight": (failed(FINAL_CODE.format("preflight"), "PodFailurePolicy"), RunEnd.FINAL, "DataError"),
    "disrupted": (
        failed("Pod team/pets-train-1-x7k2p has condition DisruptionTarget matching FailJob rule at index 0", "PodFailurePolicy"),
        *(RunEnd.INTERRUPTED, "Interrupted"),
    ),
    "nobody knows": (failed(), RunEnd.INTERRUPTED, "PodDeleted"),
}


@pytest.mark.parametrize(("status", "how", "reason"), WITHOUT_A_POD.values(), ids=WITHOUT_A_POD)
def test_the_job_still_tells_when_its_pod_is_gone(status, how, reason):
    run = seen([job(**status)], [])
    assert (run.state, end_of_training(run)) == (RunState.ENDED, how)
    assert failure_of(run, "pets-train-1").reason == reason


def test_a_complete_job_has_succeeded_when_its_pod_is_gone():
    run = seen([job(**complete())], [])
    assert (run.state, succeeded(run), run.cause) == (RunState.ENDED, True, None)


def test_what_the_job_tells_counts_only_when_its_pod_is_gone():
    """The pod knows better: its container was killed for its memory, and the Job names a container that ended before."""
    given = over(ended(137, reason="OOMKilled"))
    run = seen([job(**failed(FINAL_CODE.format("train"), "PodFailurePolicy"))], [given])
    assert (run.exit_code, run.signal, run.cause.reason) == (None, 9, "OOMKilled")
    without_an_end = pod(phase="Failed", main=running(), reason="Evicted", message="The node was low on resource: memory.")
    run = seen([job(**failed(FINAL_CODE.format("train"), "PodFailurePolicy"))], [without_an_end])
    assert (run.exit_code, end_of_training(run)) == (None, RunEnd.INTERRUPTED)


def test_where_it_ended():
    run = seen([job(**failed())], [over(ended(70, at=60, message=LOG))])
    assert (run.pod, run.container, run.node) == ("pets-train-1-x7k2p", "train", "gpu-1")
    assert (run.step, run.last_checkpoint_step, run.log_tail) == (12, 10, ("INFO a line", "RuntimeError: boom"))


# Containers that are not ours


def test_the_main_container_is_the_run_whatever_was_added_to_its_pod():
    given = pod(phase="Succeeded", main=ended(0, message=json.dumps({"reason": "Completed", "message": "Done.", "step": 100})))
    with_container(given, "istio-proxy", ended(1))
    with_container(given, "logger", ended(143), sidecar=True)
    run = seen([job(**complete())], [given])
    assert (run.exit_code, run.container, run.cause) == (0, "train", None)


def test_a_training_that_is_done_has_succeeded_although_a_sidecar_failed_and_the_job_with_it():
    given = with_container(pod(phase="Failed", main=ended(0)), "istio-proxy", ended(1))
    run = seen([job(**failed())], [given])
    assert (succeeded(run), run.cause, run.lingering) == (True, None, False)


@pytest.mark.parametrize("kind", ["train", "validate"])
def test_a_container_that_was_added_before_ours_is_not_taken_for_it(kind):
    given = with_container(pod(kind, phase="Failed", main=ended(70)), "istio-proxy", ended(0, message=DATA), first=True)
    run = seen([job(kind, **failed())], [given])
    assert (run.exit_code, run.container, run.message) == (70, kind, None)
    live = with_container(pod(kind), "istio-proxy", ended(65, message=DATA), first=True)
    assert seen([job(kind)], [live]).live


@pytest.mark.parametrize("first", [True, False], ids=["before ours", "after ours"])
@pytest.mark.parametrize("name", ["istio-init", "vault-agent-init"])
@pytest.mark.parametrize(("kind", "end_of"), [("train", end_of_training), ("validate", end_of_validation)])
@pytest.mark.parametrize("code", [1, 65, 78, 2, 143])
def test_an_init_container_that_was_added_fails_and_says_nothing_about_the_training(kind, end_of, name, code, first):
    initializing = waiting("PodInitializing")
    ours = initializing if first else ended(0, 4)
    given = pod(kind, phase="Failed", init=ours, main=initializing)
    with_container(given, name, ended(code, message=DATA), init=True, first=first)
    run = seen([job(kind, **failed())], [given])
    assert (run.exit_code, run.signal, run.message, run.step) == (None, None, None, None)
    assert (run.container, run.cause.reason, end_of(run)) == (name, "InitFailed", RunEnd.FAILED)
    assert run.cause.message == f"Init container {name} ended with exit code {code}; {kind} was not started."


def test_progress_and_last_lines_of_a_container_that_was_added():
    """A line that looks like progress is none; its last lines tell why it failed."""
    given = pod(phase="Failed", init=waiting("PodInitializing"), main=waiting("PodInitializing"))
    with_container(given, "istio-init", ended(1, message=LOG), init=True, first=True)
    run = seen([job(**failed())], [given])
    assert (run.progress, run.step, run.last_checkpoint_step) == (None, None, None)
    assert run.log_tail == ("INFO a line", "RuntimeError: boom")


def test_an_init_container_that_was_added_and_ran_out_of_memory_or_cannot_start_is_no_matter_of_the_spec():
    for code, reason in ((137, "OOMKilled"), (128, "StartError")):
        given = pod(phase="Failed", init=waiting("PodInitializing"), main=waiting("PodInitializing"))
        with_container(given, "istio-init", ended(code, reason=reason, message="no"), init=True, first=True)
        run = seen([job(**failed())], [given])
        assert (run.exit_code, run.signal, end_of_training(run)) == (None, None, RunEnd.FAILED)
        assert "istio-init" in run.cause.message
        assert "spec.trainer" not in run.cause.hint
        assert "`detector-training`" not in run.cause.hint


def test_a_sidecar_that_fails_ends_nothing():
    assert seen([job()], [with_container(pod(), "istio-proxy", ended(65, message=DATA))]).state is RunState.RUNNING
    assert seen([job()], [with_container(pod(), "logger", ended(65, message=DATA), sidecar=True)]).state is RunState.RUNNING


@pytest.mark.parametrize("name", ["istio-init", "vault-agent-init", "istio-proxy"])
def test_the_job_names_a_container_that_was_added_and_its_exit_code_is_not_that_of_the_run(name):
    run = seen([job(**failed(FINAL_CODE.format(name), "PodFailurePolicy"))], [])
    assert (run.state, run.exit_code, run.signal) == (RunState.ENDED, None, None)
    assert end_of_training(run) in (RunEnd.FAILED, RunEnd.INTERRUPTED)


def test_the_job_names_an_init_container_that_was_added_as_the_one_that_failed():
    run = seen([job(**failed(FINAL_CODE.format("istio-init"), "PodFailurePolicy"))], [])
    assert (run.cause.reason, end_of_training(run)) == ("InitFailed", RunEnd.FAILED)
    assert "istio-init" in run.cause.message


# Stops and deletions


def test_what_somebody_deletes_is_not_what_we_have_stopped():
    given = over(ended(137, at=170), deleted=seconds(40))
    assert seen([job(deleted=seconds(39))], [given], stops=[stopped()]).cause is None
    assert seen([job(deleted=seconds(39))], [given]).cause.reason == "JobDeleted"
    assert seen([job(**failed())], [given], stops=[stopped()]).cause is None


def test_a_run_that_was_preempted_while_it_stopped_says_so():
    preempted = disrupted("PreemptionByScheduler", "default-scheduler: preempting")
    run = seen([job(deleted=seconds(39))], [over(ended(137), conditions=[preempted])], stops=[stopped()])
    assert (run.cause.reason, end_of_training(run)) == ("Preempted", RunEnd.STOPPED)


def test_a_run_that_crashed_before_its_job_was_deleted_is_a_failure():
    assert seen([job(deleted=seconds(40))], [over(ended(70, at=30), deleted=seconds(41))]).cause is None


@pytest.mark.parametrize("at", [-2100, 30, 50, 2100], ids=["35 min behind", "before", "after", "35 min ahead"])
@pytest.mark.parametrize(("code", "how"), [(75, RunEnd.INTERRUPTED), (143, RunEnd.INTERRUPTED), (70, RunEnd.FAILED)])
def test_the_clock_of_a_node_does_not_decide_whether_a_pod_was_deleted_before_it_ended(code, at, how):
    run = seen([job(**failed())], [over(ended(code, at=at), deleted=seconds(40))])
    assert (run.cause.reason if run.cause is not None else None, end_of_training(run)) == (
        "PodDeleted" if how is RunEnd.INTERRUPTED else None,
        how,
    )


def test_an_exit_code_that_the_kubelet_made_up_is_none():
    run = seen([job(**failed())], [over(ended(137, reason="ContainerStatusUnknown", message=LOG))])
    assert (run.exit_code, run.signal, run.step, run.log_tail) == (None, None, None, ())


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
    run = seen([job("validate", **failed())], [given])
    assert (run.stop_reason, end_of_validation(run)) == ("ValidationTimedOut", RunEnd.TIMED_OUT)


def test_a_training_that_the_kubelet_ended_is_not_a_validation_that_took_too_long():
    assert seen([job(**failed())], [over(ended(143), reason="DeadlineExceeded")]).stop_reason is None
