"""From kubectl apply to the end, and everything that may happen before it."""

from __future__ import annotations

import pytest

from cluster import faults
from cluster.operators import Operator
from cluster.up import Cluster
from cluster.waiting import until
from e2e.workspace import Workspace, condition

pytestmark = [pytest.mark.cluster, pytest.mark.usefixtures("operator")]
HALTS = {"FAKE_AT_STEP": "7", "FAKE_WAITS_FOR": "go", "FAKE_ONCE": "1"}
"""Its first run takes seven steps, and no more before it is allowed to continue or asked to stop."""


def test_a_sound_training_succeeds(workspace: Workspace):
    workspace.apply(workspace.training())
    status = workspace.wait_for_phase("Succeeded")
    assert status["training"]["progress"] == "20/20"
    assert status["training"]["loss"] == 0.05
    assert status["validation"]["verdict"] == "pass"
    assert [condition(status, kind)["status"] for kind in ("Validated", "Succeeded", "Reconciling")] == ["True", "True", "False"]
    assert workspace.jobs() == ["pets-train-1", "pets-validate-1"]
    assert workspace.events() == [
        ("Normal", "Waiting"),
        ("Normal", "Validating"),
        ("Normal", "ValidationPassed"),
        ("Normal", "Queued"),
        ("Normal", "Starting"),
        ("Normal", "Training"),
        ("Normal", "Completed"),
    ]


def test_kubectl_can_wait_for_it(workspace: Workspace):
    workspace.apply(workspace.training())
    workspace.kubectl("wait", "--for=condition=Succeeded", "dt/pets", "--timeout=90s")


def test_the_end_survives_its_jobs(workspace: Workspace, operator: Operator):
    workspace.apply(workspace.training())
    before = workspace.wait_for_phase("Succeeded")
    workspace.kubectl("delete", "jobs", "--all", "--wait=true")
    operator.kill()
    workspace.kubectl("annotate", "dt", "pets", "looked=again")
    other = workspace.training("other")  # once this one is done, the operator has seen the first one again
    workspace.apply(other)
    workspace.wait_for_phase("Succeeded", name="other")
    assert workspace.wait(bool, "there") == before
    assert workspace.jobs() == ["other-train-1", "other-validate-1"]


def test_a_suspended_training_saves_and_goes_on_where_it_was(workspace: Workspace):
    workspace.apply(workspace.training(fake=HALTS))
    workspace.wait(lambda status: status.get("training", {}).get("step"), "training")
    workspace.apply(workspace.training(fake=HALTS, suspend=True))
    status = workspace.wait(
        lambda status: status.get("phase") == "Suspended" and status["training"].get("lastCheckpointStep"), "suspended"
    )
    stopped_at = status["training"]["lastCheckpointStep"]
    assert 0 < stopped_at <= 7
    until(lambda: not [pod for pod in workspace.pods() if pod["status"]["phase"] == "Running"], "no pod", seconds=30)
    workspace.apply(workspace.training(suspend=False))
    status = workspace.wait_for_phase("Succeeded")
    assert int(workspace.files.read("models/pets/fake-checkpoint")) == 20
    assert status["training"]["restarts"] == 0


def test_a_changed_spec_waits_for_the_old_pods_to_be_gone(workspace: Workspace):
    workspace.apply(workspace.training(fake=HALTS))
    workspace.wait(lambda status: status.get("training", {}).get("step"), "training")
    workspace.apply(workspace.training(numSteps=30))
    status = workspace.wait(
        lambda status: status.get("phase") == "Succeeded" and status["observedGeneration"] == 2, "done", seconds=120
    )
    assert status["training"]["progress"] == "30/30"
    old = workspace.pods("detector-training.io/attempt=1,detector-training.io/run=train")
    assert all(pod["status"]["phase"] in ("Succeeded", "Failed") for pod in old)
    assert "pets-train-2" in workspace.jobs()
    assert "pets-train-1" not in workspace.jobs()  # nothing can bring back what was stopped


def test_deletion_takes_everything_along_and_needs_no_operator(workspace: Workspace, operator: Operator):
    workspace.apply(workspace.training(fake=HALTS))
    workspace.wait_for_phase("Training")
    operator.stop()
    try:
        workspace.kubectl("delete", "dt", "pets", "--timeout=30s")
        until(lambda: workspace.jobs() == [] and workspace.pods() == [], "nothing", seconds=60)
    finally:
        operator.start()


def test_a_crash_is_retried_from_the_checkpoint(workspace: Workspace):
    workspace.apply(workspace.training(fake={"FAKE_END": "crash", "FAKE_AT_STEP": "7", "FAKE_ONCE": "1"}))
    status = workspace.wait_for_phase("Succeeded", "Failed")
    assert (status["phase"], status["training"]["restarts"], status["training"]["preemptions"]) == ("Succeeded", 1, 0)
    until(lambda: workspace.jobs() == ["pets-train-2", "pets-validate-1"], "only the newest Jobs", seconds=30)


def test_an_evicted_trainer_is_started_again_and_not_counted_as_a_failure(workspace: Workspace):
    workspace.apply(workspace.training(fake=HALTS))
    workspace.wait(lambda status: status.get("training", {}).get("step"), "training")
    (pod,) = workspace.pods("detector-training.io/run=train")
    workspace.kubectl(
        "drain",
        pod["spec"]["nodeName"],
        "--ignore-daemonsets",
        "--force",
        "--delete-emptydir-data",
        "--pod-selector=detector-training.io/name=pets",
    )
    workspace.kubectl("uncordon", pod["spec"]["nodeName"])
    status = workspace.wait_for_phase("Succeeded", "Failed", seconds=120)
    assert (status["phase"], status["training"]["restarts"], status["training"]["preemptions"]) == ("Succeeded", 0, 1)


@pytest.mark.parametrize("restart", [faults.restart_apiserver, faults.restart_etcd])
def test_it_goes_on_after_the_control_plane_was_away(workspace: Workspace, own_cluster: Cluster, restart):
    workspace.apply(workspace.training(fake=HALTS))
    workspace.wait_for_phase("Training")
    restart(own_cluster)
    workspace.files.write("models/pets/go")
    status = workspace.wait_for_phase("Succeeded", "Failed", seconds=120)
    assert (status["phase"], status["training"]["restarts"]) == ("Succeeded", 0)
    assert workspace.jobs() == ["pets-train-1", "pets-validate-1"]


def test_applying_the_same_again_writes_nothing(workspace: Workspace):
    workspace.apply(workspace.training())
    workspace.wait_for_phase("Succeeded")
    before = workspace.kubectl.get("dt", "pets") or {}
    for _ in range(3):
        workspace.apply(workspace.training())
    after = workspace.kubectl.get("dt", "pets") or {}
    assert after["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]
    assert workspace.jobs() == ["pets-train-1", "pets-validate-1"]
