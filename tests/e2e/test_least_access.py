"""What the operator does not do on a real cluster: train where the cluster is run from, and give a validation more than it needs."""

from __future__ import annotations

import pytest

from cluster.kubectl import Kubectl
from cluster.objects import DATA
from cluster.operators import NAMESPACE, Operator
from e2e.workspace import Workspace, condition
from support.verdicts import manifest

pytestmark = pytest.mark.cluster
OURS = "app.kubernetes.io/managed-by=detector-training"
MODELS = "/models"


@pytest.mark.parametrize("where", [NAMESPACE, "kube-system"])
def test_nothing_is_trained_in_the_operators_own_namespace_and_in_those_of_kubernetes(
    kubectl: Kubectl, operator: Operator, where: str
):
    assert "--namespace" not in str(operator.kubectl.list("pods"))  # it watches all of them
    within = kubectl.within(where)
    within.create(manifest(name="misplaced"))
    try:
        found = within.wait("detectortraining", "misplaced", lambda dt: condition(dt.get("status", {}), "Stalled"), "reported")
        stalled = condition(found["status"], "Stalled")
        assert (stalled["status"], stalled["reason"]) == ("True", "NamespaceNotWatched")
        assert f"Namespace {where} is not watched" in stalled["message"]
        assert within.list("jobs", OURS) == []
    finally:
        within("delete", "detectortraining", "misplaced")


def test_a_validation_that_mounts_the_data_read_only_writes_its_report_and_the_training_succeeds(workspace: Workspace):
    name = workspace.volume["name"]
    mounts = [{"name": name, "mountPath": DATA}, {"name": name, "mountPath": MODELS}]
    workspace.apply(workspace.training(trainer={"volumeMounts": mounts}, modelDir=f"{MODELS}/models/pets"))
    status = workspace.wait_for_phase("Succeeded", "Rejected", "Failed")
    assert status["phase"] == "Succeeded"
    assert status["validation"]["reportPath"] == f"{MODELS}/models/pets/validation/report-1.json"
    (pod,) = workspace.pods("detector-training.io/run=validate")
    containers = [*pod["spec"]["initContainers"], *pod["spec"]["containers"]]
    for mount in (mount for container in containers for mount in container["volumeMounts"] if mount["name"] == name):
        assert mount.get("readOnly", False) is (mount["mountPath"] == DATA)
