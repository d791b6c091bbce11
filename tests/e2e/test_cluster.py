"""The cluster that the tests run on behaves as one in production does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from cluster import fake_nodes, faults
from cluster.kubectl import Kubectl
from cluster.node import SANDBOX_IMAGE
from cluster.up import Cluster
from cluster.waiting import until
from e2e.manifests import container, job

pytestmark = pytest.mark.cluster
SLEEP = {"name": "main", "image": SANDBOX_IMAGE, "command": ["/bin/busybox", "sleep", "1000"]}


def shell(script: str, **more: Any) -> dict[str, Any]:
    """A container with busybox."""
    return container("main", SANDBOX_IMAGE, script, **more) | {"command": ["/bin/busybox", "sh", "-c", script]}


def pod_of(namespace: Kubectl, name: str) -> dict[str, Any] | None:
    pods = namespace.list("pods", f"batch.kubernetes.io/job-name={name}")
    return pods[0] if pods else None


def wait_for_pod(
    namespace: Kubectl, job_name: str, condition: Callable[[dict[str, Any]], Any], what: str, seconds: float = 60
) -> Any:
    """The message of the condition of the Job's pod, once it has one."""
    return until(
        lambda: (pod := pod_of(namespace, job_name)) and condition(pod), f"the pod of {job_name} to be {what}", seconds=seconds
    )


def terminated(pod: dict[str, Any]) -> Any:
    states = pod["status"].get("containerStatuses", [])
    return states and states[0]["state"].get("terminated")


def waiting(reason: str) -> Callable[[dict[str, Any]], Any]:
    def look(pod: dict[str, Any]) -> Any:
        states = pod["status"].get("containerStatuses", [])
        state = states and states[0]["state"].get("waiting")
        return state if state and state["reason"] == reason else None

    return look


def condition(pod: dict[str, Any], kind: str) -> Any:
    return next((found for found in pod["status"].get("conditions", []) if found["type"] == kind), None)


def test_names_and_services_are_reachable_from_pods(namespace: Kubectl):
    namespace.create(
        job("dns", shell("/bin/busybox nc -w 5 kubernetes.default.svc.cluster.local 443 < /dev/null && echo reached"))
    )
    namespace.wait("job", "dns", lambda found: found["status"].get("succeeded"), "complete")
    assert namespace("logs", "job/dns") == "reached\n"


def test_commands_can_be_run_in_a_pod(namespace: Kubectl):
    namespace.create(job("sleeps", shell("/bin/busybox sleep 1000")))
    wait_for_pod(namespace, "sleeps", lambda pod: pod["status"]["phase"] == "Running", "running")
    assert namespace("exec", "job/sleeps", "--", "/bin/busybox", "id", "-u") == "1000\n"


def test_a_job_with_an_init_container_and_a_gpu_succeeds_under_restricted(namespace: Kubectl):
    gpu = {"limits": {"nvidia.com/gpu": "1"}}
    main = shell("echo last words > /dev/termination-log", resources=gpu)
    namespace.create(job("gpu", main, init=[shell("true") | {"name": "init"}]))
    namespace.wait("job", "gpu", lambda found: found["status"].get("succeeded"), "complete")
    assert terminated(pod_of(namespace, "gpu") or {})["message"] == "last words\n"


def test_what_restricted_forbids_is_refused(namespace: Kubectl):
    namespace.create(job("root", shell("id") | {"securityContext": {"allowPrivilegeEscalation": True}}))
    event = until(
        lambda: next((event for event in namespace.list("events") if event["reason"] == "FailedCreate"), None),
        "an event",
        seconds=30,
    )
    assert 'violates PodSecurity "restricted' in event["message"]


def test_too_much_memory_is_oomkilled(namespace: Kubectl):
    namespace.create(job("oom", shell("x=a; while true; do x=$x$x; done", resources={"limits": {"memory": "32Mi"}})))
    end = wait_for_pod(namespace, "oom", terminated, "terminated")
    assert (end["reason"], end["exitCode"]) == ("OOMKilled", 137)


def test_an_image_that_is_not_there_backs_off(namespace: Kubectl):
    namespace.create(job("pull", shell("true") | {"image": "registry.invalid/none:1"}))
    state = wait_for_pod(namespace, "pull", waiting("ImagePullBackOff"), "waiting for its image")
    assert "registry.invalid/none:1" in state["message"]


def test_more_gpus_than_there_are_is_unschedulable(namespace: Kubectl):
    namespace.create(job("gpus", shell("true", resources={"limits": {"nvidia.com/gpu": "99"}})))
    found = wait_for_pod(namespace, "gpus", lambda pod: condition(pod, "PodScheduled"), "looked at by the scheduler")
    assert (found["reason"], "Insufficient nvidia.com/gpu" in found["message"]) == ("Unschedulable", True)


def test_a_missing_config_map_keeps_a_container_from_starting(namespace: Kubectl):
    env = [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "none", "key": "a"}}}]
    namespace.create(job("config", shell("true", env=env)))
    state = wait_for_pod(namespace, "config", waiting("CreateContainerConfigError"), "waiting")
    assert state["message"] == 'configmap "none" not found'


def test_an_exceeded_quota_keeps_a_pod_from_being_made(namespace: Kubectl):
    namespace.create(
        {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": "none"},
            "spec": {"hard": {"requests.nvidia.com/gpu": "0"}},
        }
    )
    namespace.wait("resourcequota", "none", lambda found: found.get("status", {}).get("hard"), "in force")
    namespace.create(job("quota", shell("true", resources={"limits": {"nvidia.com/gpu": "1"}})))
    event = until(
        lambda: next((event for event in namespace.list("events") if event["reason"] == "FailedCreate"), None),
        "an event",
        seconds=30,
    )
    assert "exceeded quota: none" in event["message"]


def test_an_evicted_pod_says_so(namespace: Kubectl):
    namespace.create(job("evicted", shell("/bin/busybox sleep 1000")))
    pod = wait_for_pod(namespace, "evicted", lambda pod: pod["status"]["phase"] == "Running" and pod, "running")
    name = pod["metadata"]["name"]
    eviction = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": name, "namespace": namespace.namespace}}
    path = f"/api/v1/namespaces/{namespace.namespace}/pods/{name}/eviction"
    namespace("create", "--raw", path, "-f", "-", stdin=json.dumps(eviction))
    found = wait_for_pod(namespace, "evicted", lambda pod: condition(pod, "DisruptionTarget"), "evicted")
    assert found["reason"] == "EvictionByEvictionAPI"


def test_a_node_that_went_away_is_noticed(own_cluster: Cluster, namespace: Kubectl):
    fake_nodes.add(own_cluster, 1)  # where every node is gone, Kubernetes suspects itself and gives up no pod
    tolerations = [{"key": "node.kubernetes.io/unreachable", "effect": "NoExecute", "operator": "Exists", "tolerationSeconds": 1}]
    namespace.create(job("lost", shell("/bin/busybox sleep 1000"), tolerations=tolerations))
    wait_for_pod(namespace, "lost", lambda pod: pod["status"]["phase"] == "Running", "running")
    try:
        faults.stop_node(own_cluster)
        found = wait_for_pod(namespace, "lost", lambda pod: condition(pod, "DisruptionTarget"), "given up", seconds=90)
        assert found["reason"] == "DeletionByTaintManager"
    finally:
        faults.start_node(own_cluster)


@pytest.mark.parametrize("restart", [faults.restart_apiserver, faults.restart_etcd])
def test_what_was_written_survives_a_restart(own_cluster: Cluster, namespace: Kubectl, restart: Callable[[Cluster], None]):
    namespace("create", "configmap", "kept", "--from-literal=a=1")
    restart(own_cluster)
    found = namespace.get("configmap", "kept")
    assert found is not None
    assert found["data"] == {"a": "1"}
