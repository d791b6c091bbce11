"""Given this Job, its pod and what was told about them: what the run waits for."""

from __future__ import annotations

import pytest

from detector_operator.observe import observe
from detector_operator.reconcile.runs import RunState
from support.kubernetes_objects import (
    OWNER,
    disrupted,
    ended,
    event,
    failed,
    job,
    pod,
    running,
    seconds,
    stopped,
    unscheduled,
    waiting,
    with_container,
)

CREATING = {"phase": "Pending", "init": waiting("PodInitializing"), "main": waiting("PodInitializing")}


def only_run(jobs, pods, events=(), **more):
    (run,) = observe(jobs, pods, owner=OWNER, events=events, **more)
    return run


# The scheduler's words: (message, reason, what is said of it, what to do)
SCHEDULER = {
    "too few GPUs": (
        "0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 Insufficient nvidia.com/gpu. "
        "no new claims to deallocate, preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.",
        "Unschedulable",
        "No node takes it: 0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 Insufficient nvidia.com/gpu.",
        "It asks for 4 nvidia.com/gpu on one node: wait for others to end, add such a node, or lower spec.trainer.gpus.",
    ),
    "too little of several": (
        "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.",
        "Unschedulable",
        "No node takes it: 0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.",
        "It asks for 16 cpu and 64Gi memory on one node: wait for others to end, add such a node, or lower spec.trainer.resources.",
    ),
    "a taint": (
        "0/1 nodes are available: 1 node(s) had untolerated taint {nvidia.com/gpu: present}.",
        "Unschedulable",
        "No node takes it: 0/1 nodes are available: 1 node(s) had untolerated taint {nvidia.com/gpu: present}.",
        "Tolerate the taint in spec.trainer.tolerations, or free a node without it.",
    ),
    "a node selector": (
        "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
        "Unschedulable",
        "No node takes it: 0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
        "Mend spec.trainer.nodeSelector or affinity: `kubectl get nodes --show-labels`.",
    ),
    "a volume of another zone": (
        "0/2 nodes are available: 2 node(s) had volume node affinity conflict. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
        "Unschedulable",
        "No node takes it: 0/2 nodes are available: 2 node(s) had volume node affinity conflict.",
        "Its volume can only be used on other nodes: choose a node of the volume's zone.",
    ),
    "something new": (
        "0/2 nodes are available: 2 node(s) were in a mood.",
        "Unschedulable",
        "No node takes it: 0/2 nodes are available: 2 node(s) were in a mood.",
        "",
    ),
    "a claim whose volume is gone": (
        '0/3 nodes are available: persistentvolumeclaim "data" bound to non-existent persistentvolume "pv-1".',
        "PersistentVolumeClaimNotBound",
        'PersistentVolumeClaim "data" bound to non-existent persistentvolume "pv-1".',
        "Create it anew, or name another.",
    ),
    "a claim that is not there": (
        '0/3 nodes are available: persistentvolumeclaim "datasets" not found. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
        "PersistentVolumeClaimNotFound",
        "There is no PersistentVolumeClaim datasets in this namespace.",
        "Create it, or mend the name in spec.trainer.volumes.",
    ),
    "a claim without a volume": (
        "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.",
        "PersistentVolumeClaimNotBound",
        "PersistentVolumeClaim data has no volume yet.",
        "`kubectl describe pvc` tells why: mostly its storage class is missing or cannot make one.",
    ),
    "a claim that goes away": (
        '0/3 nodes are available: persistentvolumeclaim "data" is being deleted.',
        "PersistentVolumeClaimNotBound",
        'PersistentVolumeClaim "data" is being deleted.',
        "Create it anew, or name another.",
    ),
}


@pytest.mark.parametrize(("message", "reason", "said", "hint"), SCHEDULER.values(), ids=SCHEDULER)
def test_no_node_takes_it(message, reason, said, hint):
    limits = {"cpu": "16", "memory": "64Gi", "nvidia.com/gpu": "4"}
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]
    run = only_run([job()], [unscheduled(message, limits=limits, volumes=volumes)])
    assert (run.state, run.node) == (RunState.PENDING, None)
    assert (run.waiting.reason, run.waiting.message, run.waiting.hint) == (reason, said, hint)


def test_what_a_validation_waits_for_is_set_elsewhere():
    run = only_run([job("validate")], [unscheduled("0/1 nodes are available: 1 Insufficient cpu.", kind="validate")])
    assert run.waiting.hint.endswith("lower spec.validation.resources.")


# What the kubelet says of a container: (reason, message, reason of ours, words that are said, words of the hint)
CONTAINERS = {
    "the image is not there": (
        ("ErrImagePull", 'failed to pull and unpack image "registry.example/trainer:1": registry.example/trainer:1: not found'),
        *(
            "ImageNotPulled",
            "Image registry.example/trainer:1 cannot be pulled: failed to pull and unpack",
            "Mend the name or the tag",
        ),
    ),
    "the image is not there, again": (
        ("ImagePullBackOff", 'Back-off pulling image "registry.example/trainer:1": ErrImagePull: manifest unknown'),
        *("ImageNotPulled", "Image registry.example/trainer:1 cannot be pulled: manifest unknown.", "Mend the name or the tag"),
    ),
    "the registry wants a login": (
        ("ErrImagePull", "failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized"),
        *("ImageNotPulled", "401 Unauthorized.", "spec.trainer.imagePullSecrets"),
    ),
    "nothing more is known yet": (
        ("ImagePullBackOff", 'Back-off pulling image "registry.example/trainer:1"'),
        *("ImageNotPulled", "Image registry.example/trainer:1 cannot be pulled.", "whether the node reaches the registry"),
    ),
    "it may not be pulled": (
        ("ErrImageNeverPull", 'Container image "registry.example/trainer:1" is not present with pull policy of Never'),
        *("ImageNotPulled", "pull policy of Never.", "spec.trainer.imagePullPolicy is Never"),
    ),
    "no name of an image": (
        (
            "InvalidImageName",
            'Failed to apply default image tag "a b": couldn\'t parse image name "a b": invalid reference format',
        ),
        *("InvalidImageName", "Invalid image reference registry.example/trainer:1", "Fix spec.trainer.image"),
    ),
    "no ConfigMap": (
        ("CreateContainerConfigError", 'configmap "env" not found'),
        *("ConfigMapNotFound", "There is no ConfigMap env in this namespace.", "Create it"),
    ),
    "no Secret": (
        ("CreateContainerConfigError", 'secret "bucket" not found'),
        *("SecretNotFound", "There is no Secret bucket in this namespace.", "Create it"),
    ),
    "no key in a Secret": (
        ("CreateContainerConfigError", "couldn't find key token in Secret team/bucket"),
        *("SecretNotFound", "Secret bucket has no key token.", "Add the key"),
    ),
    "root is not allowed": (
        ("CreateContainerConfigError", "container has runAsNonRoot and image will run as root (pod: ...)"),
        *("ContainerCannotStart", "runAsNonRoot", "runAsUser"),
    ),
    "the runtime cannot run it": (
        ("RunContainerError", 'exec: "detector-training": executable file not found in $PATH'),
        *(
            "ContainerCannotStart",
            'Container preflight cannot be started: exec: "detector-training": executable file not found',
            "detector-training",
        ),
    ),
    "the runtime does not say why": (
        ("RunContainerError", None),
        *("ContainerCannotStart", "Container preflight cannot be started: RunContainerError", "detector-training"),
    ),
    "the runtime cannot make it": (
        ("CreateContainerError", "context deadline exceeded"),
        *("ContainerCannotStart", "Container preflight cannot be started: context deadline exceeded", "detector-training"),
    ),
}


@pytest.mark.parametrize(("kubelet", "reason", "said", "hint"), CONTAINERS.values(), ids=CONTAINERS)
def test_a_container_does_not_start(kubelet, reason, said, hint):
    run = only_run([job()], [pod(phase="Pending", init=waiting(*kubelet), main=waiting("PodInitializing"))])
    assert run.state is RunState.STARTING  # it has its node, and so its GPUs
    assert run.waiting.reason == reason
    assert said in run.waiting.message
    assert hint in run.waiting.hint


# Events about a pod whose containers are being created: (reason, message, reason of ours or None, words that are said)
MOUNTS = {
    "the ConfigMap of a volume is missing": (
        ("FailedMount", 'MountVolume.SetUp failed for volume "detector-training-config" : configmap "pets-config" not found'),
        *("ConfigMapNotFound", "There is no ConfigMap pets-config in this namespace."),
    ),
    "a key of it is missing": (
        (
            "FailedMount",
            'MountVolume.SetUp failed for volume "c" : configmap references non-existent config key: pipeline.config',
        ),
        *("ConfigMapNotFound", "The ConfigMap of a volume has no key pipeline.config."),
    ),
    "the storage does not answer": (
        ("FailedMount", 'MountVolume.SetUp failed for volume "data" : mount failed: exit status 32'),
        *("VolumeNotMounted", "Volume data cannot be mounted: mount failed: exit status 32"),
    ),
    "another node holds it": (
        ("FailedAttachVolume", 'Multi-Attach error for volume "pvc-1" Volume is already used by pod(s) other'),
        *("VolumeNotMounted", "A volume cannot be mounted: Multi-Attach error"),
    ),
    "the image is being pulled": (("Pulling", 'Pulling image "registry.example/trainer:1"'), None, ""),
}


@pytest.mark.parametrize(("told", "reason", "said"), MOUNTS.values(), ids=MOUNTS)
def test_a_volume_is_not_mounted(told, reason, said):
    about = pod(**CREATING)
    events = [event(about, "FailedMount", "an old one", at=5), event(about, *told, at=20)]
    run = only_run([job()], [about], events)
    assert run.state is RunState.STARTING
    assert (run.waiting.reason if run.waiting else None) == reason
    assert run.waiting is None or said in run.waiting.message


def test_what_the_events_told_has_passed_once_it_runs():
    about = pod()
    assert only_run([job()], [about], [event(about, "FailedMount", "x")]).waiting is None


def test_events_of_other_objects_are_ignored():
    mine, other = pod(**CREATING), pod(**CREATING, name="another")
    told = event(other, "FailedMount", "mount failed")
    assert only_run([job()], [mine], [told]).waiting is None
    refused = event(job(attempt=2), "FailedCreate", 'Error creating: pods "p" is forbidden: not here')
    assert only_run([job(attempt=1)], [], [refused]).waiting is None
    ours = event(job(attempt=1), "FailedCreate", 'Error creating: pods "p" is forbidden: not here', at=5)
    assert only_run([job(attempt=1)], [], [refused, ours]).waiting.reason == "PodNotCreated"


def test_events_of_an_earlier_object_of_the_name_are_ignored():
    about = pod(**CREATING)
    told = event(about, "FailedMount", "mount failed")
    told["involvedObject"]["uid"] = "uid-of-the-one-before"
    assert only_run([job()], [about], [told]).waiting is None


def test_an_event_without_a_uid_regards_nothing():
    about = pod(**CREATING)
    told = event(about, "FailedMount", "mount failed")
    del told["involvedObject"]["uid"]
    assert only_run([job()], [about], [told]).waiting is None


# Events about a Job without a pod
CREATIONS = {
    "quota": (
        "exceeded quota: gpus, requested: requests.nvidia.com/gpu=2, used: requests.nvidia.com/gpu=3, limited: requests.nvidia.com/gpu=4",
        "QuotaExceeded",
        "Quota gpus is exceeded: it asks for requests.nvidia.com/gpu=2; used are requests.nvidia.com/gpu=3 of requests.nvidia.com/gpu=4.",
    ),
    "service account": (
        'error looking up service account team/bucket-reader: serviceaccount "bucket-reader" not found',
        *("ServiceAccountNotFound", "There is no service account bucket-reader in this namespace."),
    ),
    "pod security": (
        'violates PodSecurity "restricted:latest": privileged (container "train" must not set securityContext.privileged=true)',
        *("PodNotCreated", 'The pod of pets-train-1 is not admitted: violates PodSecurity "restricted:latest": privileged'),
    ),
}


@pytest.mark.parametrize(("message", "reason", "said"), CREATIONS.values(), ids=CREATIONS)
@pytest.mark.parametrize("prefix", ["", "(combined from similar events): "], ids=["first", "again"])
def test_the_job_may_not_create_its_pod(prefix, message, reason, said):
    about = job()
    told = event(about, "FailedCreate", f'{prefix}Error creating: pods "pets-train-1-x7k2p" is forbidden: {message}')
    run = only_run([about], [], [told])
    assert (run.state, run.waiting.reason) == (RunState.PENDING, reason)
    assert run.waiting.message.startswith(said)


def test_events_of_the_newer_api_are_read_too():
    about = job()
    told = {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "regarding": {"kind": "Job", "uid": about["metadata"]["uid"]},
        "reason": "FailedCreate",
        "note": 'Error creating: pods "p" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
        "eventTime": "2026-01-01T00:00:10.000000Z",
    }
    assert only_run([about], [], [told]).waiting.reason == "QuotaExceeded"


def test_a_job_without_a_pod_and_without_events_is_just_pending():
    run = only_run([job()], [])
    assert (run.state, run.waiting) == (RunState.PENDING, None)


def test_a_job_that_its_queue_has_suspended_waits_for_it():
    run = only_run([job(suspend=True)], [])
    assert (run.state, run.waiting.reason) == (RunState.PENDING, "JobSuspended")


def test_a_pod_in_its_grace_period_is_live_and_says_why_it_goes():
    condition = disrupted("PreemptionByScheduler", "default-scheduler: preempting to accommodate a higher priority pod")
    run = only_run([job()], [pod(conditions=[condition], deleted=seconds(40))])
    assert (run.state, run.waiting.reason) == (RunState.RUNNING, "Preempted")
    assert run.waiting.message.endswith("preempting to accommodate a higher priority pod. It is stopping.")


def test_it_goes_on_saying_so_until_the_job_has_counted_the_pod():
    condition = disrupted("EvictionByEvictionAPI", "Eviction API: evicting")
    run = only_run([job()], [pod(phase="Failed", main=ended(75), conditions=[condition], deleted=seconds(40))])
    assert (run.live, run.waiting.reason) == (True, "Evicted")


def test_a_pod_that_someone_deletes_is_live_until_it_is_over():
    run = only_run([job()], [pod(deleted=seconds(40))])
    assert (run.state, run.waiting.reason) == (RunState.RUNNING, "PodDeleted")


# A run that we have stopped: (the Job, its pod)
STOPPED = {
    "its Job is not deleted yet": (job(), pod()),
    "it stops": (job(deleted=seconds(40)), pod(deleted=seconds(40))),
    "it stops, and has ended": (
        job(deleted=seconds(40)),
        with_container(pod(main=ended(75), deleted=seconds(40)), "p", running()),
    ),
    "a queue has suspended it": (job(suspend=True), pod(deleted=seconds(40))),
}


@pytest.mark.parametrize(("its_job", "its_pod"), STOPPED.values(), ids=STOPPED)
def test_what_we_have_stopped_waits_for_nothing(its_job, its_pod):
    assert only_run([its_job], [its_pod], stops=[stopped()]).waiting is None


def test_what_we_have_stopped_on_a_lost_node_says_what_keeps_it():
    condition = disrupted("DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint")
    run = only_run([job(deleted=seconds(40))], [pod(conditions=[condition], deleted=seconds(40))], stops=[stopped()])
    assert (run.live, run.waiting.reason) == (True, "NodeLost")
    assert "gpu-1" in run.waiting.message
    silent = {"type": "Ready", "status": "False"}
    run = only_run([job(deleted=seconds(40))], [pod(conditions=[silent], deleted=seconds(40))], stops=[stopped()])
    assert (run.waiting.reason, run.waiting.message) == (
        "NodeLost",
        "gpu-1 no longer answers; pets-train-1-x7k2p may still run there.",
    )


@pytest.mark.parametrize("reason", ["DeletionByTaintManager", "DeletionByPodGC", "PreemptionByScheduler"])
def test_why_a_pod_is_taken_away_is_the_same_before_and_after_its_run_is_stopped(reason):
    """Else the status of a training that is suspended changes twice, and loses what to do about a lost node."""
    leaving = pod(conditions=[disrupted(reason, "it had to go")], deleted=seconds(40))
    before = only_run([job()], [leaving]).waiting
    assert only_run([job(deleted=seconds(40))], [leaving], stops=[stopped()]).waiting == before
    if reason != "PreemptionByScheduler":
        assert before.hint == "If the node does not come back: `kubectl delete node gpu-1`."


def test_a_pod_on_a_lost_node_is_live_and_says_how_to_give_it_up():
    condition = disrupted("DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint")
    run = only_run([job()], [pod(conditions=[condition], deleted=seconds(40))])
    assert (run.state, run.waiting.reason) == (RunState.RUNNING, "NodeLost")
    assert run.waiting.hint == "If the node does not come back: `kubectl delete node gpu-1`."


def test_a_node_that_falls_silent_is_told_before_its_pods_are_taken_off():
    silent = {"type": "Ready", "status": "False"}
    assert only_run([job()], [pod(conditions=[silent])]).waiting.reason == "NodeLost"
    by_kubelet = {"type": "Ready", "status": "False", "reason": "ContainersNotReady"}
    assert only_run([job()], [pod(main=running(), conditions=[by_kubelet])]).waiting is None


@pytest.mark.parametrize(
    "state",
    [waiting("ImagePullBackOff", "not found"), waiting("CreateContainerConfigError", 'secret "mesh" not found')],
    ids=["its image cannot be pulled", "its Secret is missing"],
)
@pytest.mark.parametrize("sidecar", [False, True], ids=["an init container", "a native sidecar"])
def test_a_container_that_was_added_and_does_not_start_is_named(state, sidecar):
    given = pod(phase="Pending", init=waiting("PodInitializing"), main=waiting("PodInitializing"))
    run = only_run([job()], [with_container(given, "istio-proxy", state, init=True, first=True, sidecar=sidecar)])
    assert run.state is RunState.STARTING
    assert run.waiting is not None
    assert "spec.trainer.image" not in run.waiting.hint


def test_a_training_that_runs_waits_for_nothing_although_a_sidecar_does_not_start():
    given = with_container(pod(), "istio-proxy", waiting("ImagePullBackOff", "not found"))
    run = only_run([job()], [given])
    assert (run.state, run.waiting) == (RunState.RUNNING, None)


# Texts of any length: (what of a pod or Job has the text, the beginning of the reason that is reported)

LONG = {
    "spaces before what the scheduler adds": " " * 1_000_000,
    "half of what the scheduler adds": "no new claims to deallocate, " * 40_000,
    "slashes": "error looking up service account " + "a/" * 500_000,
    "keys": "couldn't find key a in Secret " * 40_000,
    "quotes": 'persistentvolumeclaim "' * 50_000,
    "quotas": "exceeded quota: a, requested: " * 40_000,
    "control characters": "\x1b[31m\0" * 100_000,
}


@pytest.mark.parametrize("told", LONG.values(), ids=LONG)
def test_a_text_from_outside_may_be_of_any_length(told):
    """It took seconds of the event loop to search 16 kB of spaces."""
    created = pod(phase="Pending", node="n1", init=waiting("CreateContainerConfigError", told), main=waiting("PodInitializing"))
    pulling = pod(phase="Pending", node="n1", init=waiting("ImagePullBackOff", told), main=waiting("PodInitializing"))
    mounting = pod(**CREATING)
    evicted = pod(phase="Failed", reason="Evicted", message=told, conditions=[disrupted("EvictionByEvictionAPI", told)])
    for jobs, pods, events in (
        ([job()], [unscheduled(told)], []),
        ([job()], [], [event(job(), "FailedCreate", told)]),
        ([job()], [created], []),
        ([job()], [pulling], []),
        ([job()], [mounting], [event(mounting, "FailedMount", told)]),
        ([job()], [evicted], []),
        ([job(**failed(told))], [], []),
        ([job(**failed(f"Pod {told}"))], [], []),
        ([job(**failed(f"Container {told} for pod {told}"))], [], []),
    ):
        run = only_run(jobs, pods, events)
        for why in (run.waiting, run.cause):
            assert why is None or (len(why.message) <= 1024 and len(why.hint) <= 1024 and "\x1b" not in why.message)
