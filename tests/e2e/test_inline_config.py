"""The config of a resource as a ConfigMap that the operator creates: it exists when a run needs it."""

from __future__ import annotations

import json

import pytest

from cluster.kubectl import Kubectl, Manifest
from cluster.waiting import until
from e2e.workspace import Workspace

pytestmark = [pytest.mark.cluster, pytest.mark.usefixtures("operator")]
FINALIZER = "example.com/hold"


def inline(workspace: Workspace, **spec: object) -> Manifest:
    """A training whose config is in the resource."""
    manifest = workspace.training(**spec)
    config = manifest["spec"]["pipelineConfig"]
    del config["path"]
    config["inline"] = workspace.files.read("examples/pets/pipeline.config")
    return manifest


def config_map(kubectl: Kubectl) -> str | None:
    """Name of the ConfigMap with the config; None if there is none."""
    found = [each["metadata"]["name"] for each in kubectl.list("configmaps", "app.kubernetes.io/managed-by=detector-training")]
    return found[0] if found else None


def set_finalizers(kubectl: Kubectl, name: str, *finalizers: str) -> None:
    patch = json.dumps({"metadata": {"finalizers": [*finalizers]}})
    kubectl("patch", "configmap", name, "--type=merge", "--patch", patch)


def test_a_resource_that_is_deleted_and_applied_again_at_once_is_trained(workspace: Workspace):
    workspace.apply(inline(workspace, fake={"FAKE_WAITS_FOR": "never", "FAKE_AT_STEP": "3", "FAKE_ONCE": "1"}))
    workspace.wait(lambda status: status.get("training", {}).get("step"), "training")
    workspace.kubectl("delete", "dt", "pets")
    workspace.apply(inline(workspace))
    status = workspace.wait_for_phase("Succeeded", "Failed", "Rejected", seconds=120)
    assert (status["phase"], status["training"]["restarts"]) == ("Succeeded", 0)


def test_a_config_map_that_is_still_being_deleted_is_waited_for(workspace: Workspace):
    kubectl = workspace.kubectl
    workspace.apply(inline(workspace, validation={"policy": "Skip"}))
    workspace.wait_for_phase("Succeeded")
    name = config_map(kubectl)
    assert name is not None
    set_finalizers(kubectl, name, FINALIZER)
    try:
        old = kubectl.get("dt", "pets")
        kubectl("delete", "dt", "pets")
        kubectl.wait("configmap", name, lambda found: "deletionTimestamp" in found["metadata"], "being deleted")
        workspace.apply(inline(workspace, validation={"policy": "Skip"}, numSteps=30))
        workspace.wait(lambda status: status.get("phase"), "seen")
    finally:
        set_finalizers(kubectl, name)
    status = workspace.wait_for_phase("Succeeded", "Failed", seconds=120)
    assert (status["phase"], status["training"]["progress"], status["training"]["restarts"]) == ("Succeeded", "30/30", 0)
    new = kubectl.get("dt", "pets")
    config = kubectl.get("configmap", name)
    assert old is not None
    assert new is not None
    assert config is not None
    assert (
        [owner["uid"] for owner in config["metadata"]["ownerReferences"]] == [new["metadata"]["uid"]] != [old["metadata"]["uid"]]
    )


def test_a_config_map_that_somebody_deleted_is_created_again_while_a_run_waits_for_it(workspace: Workspace):
    kubectl = workspace.kubectl
    label = f"{kubectl.namespace[:50]}.example.com/ready"
    node = next(node["metadata"]["name"] for node in kubectl.list("nodes") if "taints" not in node["spec"])  # not a fake one
    try:
        workspace.apply(inline(workspace, validation={"policy": "Skip"}, trainer={"nodeSelector": {label: "yes"}}))
        kubectl.wait("job", "pets-train-1", lambda job: job["status"].get("active"), "waiting for a node")
        name = until(lambda: config_map(kubectl), "the ConfigMap", seconds=30)
        kubectl("delete", "configmap", name)
        kubectl("label", "node", node, f"{label}=yes")
        status = workspace.wait_for_phase("Succeeded", "Failed", seconds=400)  # the kubelet tries again with backoff
    finally:
        kubectl("label", "node", node, f"{label}-")
    assert (status["phase"], status["training"]["restarts"]) == ("Succeeded", 0)


def test_a_quota_for_config_maps_is_waited_for(workspace: Workspace):
    """A quota answers with a conflict too, which does not mean that the ConfigMap exists."""
    kubectl = workspace.kubectl
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "no-config-maps"},
        "spec": {"hard": {"count/configmaps": "0"}},
    }
    kubectl.create(quota)
    kubectl.wait("resourcequota", "no-config-maps", lambda found: found.get("status", {}).get("hard"), "in force")
    workspace.apply(inline(workspace, validation={"policy": "Skip"}))
    workspace.wait(lambda status: "no-config-maps" in json.dumps(status.get("conditions", [])), "waiting for its quota")
    kubectl("delete", "resourcequota", "no-config-maps")
    status = workspace.wait_for_phase("Succeeded", "Failed", seconds=180)
    assert (status["phase"], status["training"]["restarts"]) == ("Succeeded", 0)
