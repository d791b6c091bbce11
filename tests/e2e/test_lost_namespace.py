"""One of several watched namespaces is lost to the operator: the trainings of the others continue."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from cluster.kubectl import Kubectl, Manifest
from cluster.operators import RELEASE, Operator
from e2e.workspace import Workspace

pytestmark = [pytest.mark.cluster]


@pytest.fixture
def lost(workspace: Workspace, operator: Operator, image: Callable[[str], str]) -> Iterator[Kubectl]:
    """A second namespace; the operator watches this and the workspace's, and no other."""
    kubectl = workspace.kubectl
    name = f"{kubectl.namespace}-2"
    kubectl("create", "namespace", name)
    watched = f"--set=watchNamespaces={{{kubectl.namespace},{name}}}"
    try:
        operator.install(image("operator"), image("fake-trainer"), watched)
        yield kubectl.within(name)
    finally:
        operator.install(image("operator"), image("fake-trainer"))
        kubectl("delete", "namespace", name, "--ignore-not-found", "--wait=false")


def without_config(kubectl: Kubectl, name: str) -> Manifest:
    """A training that is rejected by its validation, which only the operator can report."""
    return {
        "apiVersion": "detector-training.io/v1alpha1",
        "kind": "DetectorTraining",
        "metadata": {"name": name, "namespace": kubectl.namespace},
        "spec": {"pipelineConfig": {"path": "/tmp/none"}, "modelDir": "/tmp/model", "numSteps": 1, "trainer": {"gpus": 0}},
    }


def rejected(training: Manifest) -> bool:
    return bool(training.get("status", {}).get("phase") == "Rejected")


def test_the_trainings_of_the_others_go_on_and_the_lost_one_is_picked_up_again(
    workspace: Workspace, operator: Operator, lost: Kubectl
):
    lost.apply(without_config(lost, "before"))
    lost.wait("dt", "before", rejected, "rejected")
    binding = lost.get("rolebinding", RELEASE)
    assert binding is not None
    lost("delete", "rolebinding", RELEASE)
    operator.kill()  # what it watches already, it may watch on
    workspace.apply(workspace.training())
    status = workspace.wait_for_phase("Succeeded", "Failed", seconds=120)
    assert (status["phase"], status["training"]["restarts"]) == ("Succeeded", 0)
    assert lost.namespace in operator.log()
    lost.apply(without_config(lost, "after"))
    for name in ("uid", "resourceVersion", "creationTimestamp", "managedFields"):
        binding["metadata"].pop(name, None)
    lost.create(binding)
    lost.wait("dt", "after", rejected, "rejected", seconds=180)


def test_a_watched_namespace_that_is_deleted_takes_no_other_along(workspace: Workspace, operator: Operator, lost: Kubectl):
    operator.kubectl("delete", "namespace", lost.namespace)
    operator.kill()
    workspace.apply(workspace.training())
    status = workspace.wait_for_phase("Succeeded", "Failed", seconds=120)
    assert (status["phase"], status["training"]["restarts"]) == ("Succeeded", 0)
