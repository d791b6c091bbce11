"""Every way a training can fail or wait, as the resource reports it: reason, message and hint, with pod, exit code and step."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from cluster.waiting import until
from e2e.workspace import PETS, Workspace, condition

pytestmark = [pytest.mark.cluster, pytest.mark.usefixtures("operator")]


class Failure(NamedTuple):
    """How the fake trainer ends, and how that is reported."""

    end: str
    reason: str
    exit_code: int | None
    words: str
    final: bool = True
    """Not tried again."""


FAILURES = {
    "a data error": Failure("exit:65:DataError", "DataError", 65, "at step 3"),
    "a loss that is not finite": Failure("exit:65:NonFiniteLoss", "NonFiniteLoss", 65, "at step 3"),
    "a checkpoint that cannot be restored": Failure("exit:65:CheckpointNotRestored", "CheckpointNotRestored", 65, "at step 3"),
    "an environment that cannot train": Failure("exit:78:EnvironmentUnusable", "EnvironmentUnusable", 78, "at step 3"),
    "wrong flags": Failure("exit:64:WrongFlags", "WrongFlags", 64, "at step 3"),
    "a stall that the trainer noticed": Failure("exit:74:TrainingStalled", "TrainingStalled", 74, "at step 3", final=False),
    "a full disk": Failure("exit:74:DiskFull", "DiskFull", 74, "at step 3", final=False),
    "a crash that nobody knows": Failure("crash", "Unclassified", 1, "", final=False),
    "an exit without a message": Failure("silent:3", "Unclassified", 3, "", final=False),
    "a signal": Failure("segfault", "KilledBySignal", None, "SIGSEGV", final=False),
    "too much memory": Failure("oom", "OOMKilled", None, "64Mi", final=False),
    "a message that is too long": Failure("oversized", "Unclassified", 70, "", final=False),
    "a message that is not JSON": Failure("broken", "Unclassified", 70, "", final=False),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_says_why(workspace: Workspace, name: str):
    failure = FAILURES[name]
    resources = {"limits": {"memory": "64Mi"}} if failure.end == "oom" else {}
    workspace.apply(workspace.training(fake={"FAKE_END": failure.end}, retries=0, trainer={"resources": resources}))
    status = workspace.wait_for_phase("Failed")
    told = status["failure"]
    assert (told["reason"], told.get("exitCode")) == (failure.reason, failure.exit_code)
    assert failure.words in told["message"]
    assert told["hint"]
    assert told["pod"].startswith("pets-train-1-")
    assert (told["container"], told["node"]) == ("train", "node-1")
    headline = condition(status, "Failed")
    assert headline["status"] == "True"
    assert headline["reason"] == (failure.reason if failure.final else "RetriesExhausted")
    workspace.kubectl("delete", "jobs", "--all")
    after = workspace.wait(lambda _: not workspace.pods(), "without pods")
    assert after["failure"] == told


def test_the_last_lines_of_the_log_stay_where_nothing_else_tells(workspace: Workspace):
    workspace.apply(workspace.training(fake={"FAKE_END": "crash"}, retries=0))
    failure = workspace.wait_for_phase("Failed")["failure"]
    assert any("nobody has seen this before, at step 3" in line for line in failure["logTail"])


def test_a_deadline_ends_it(workspace: Workspace):
    workspace.apply(workspace.training(fake={"FAKE_STEP_SECONDS": "1"}, activeDeadlineSeconds=8))
    status = workspace.wait_for_phase("Failed", seconds=120)
    assert condition(status, "Failed")["reason"] == "DeadlineExceeded"


def test_of_many_tries_the_job_of_the_newest_is_kept(workspace: Workspace):
    workspace.apply(workspace.training(fake={"FAKE_END": "crash"}, retries=2, validation={"policy": "Skip"}))
    status = workspace.wait_for_phase("Failed", seconds=180)
    assert (condition(status, "Failed")["reason"], status["training"]["restarts"]) == ("RetriesExhausted", 2)
    until(lambda: workspace.jobs() == ["pets-train-3"], "only the newest Job", seconds=30)
    after = workspace.wait(lambda _: len(workspace.pods()) == 1, "without the pods of the others")
    assert after == status


class Wait(NamedTuple):
    """What a training waits for, by a change of its trainer."""

    trainer: dict[str, Any]
    reason: str
    words: str
    phase: str = "Queued"


def waits() -> dict[str, Wait]:
    secret = [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "none", "key": "a"}}}]
    config_map = [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "none", "key": "a"}}}]
    return {
        "more GPUs than there are": Wait({"gpus": 9}, "Unschedulable", "nvidia.com/gpu"),
        "a node that is not there": Wait({"nodeSelector": {"none": "none"}}, "Unschedulable", "node"),
        "a service account that is not there": Wait(
            {"serviceAccountName": "none"}, "ServiceAccountNotFound", "ServiceAccount none"
        ),
        "a Secret that is not there": Wait({"env": secret}, "SecretNotFound", "Secret none", "Starting"),
        "a ConfigMap that is not there": Wait({"env": config_map}, "ConfigMapNotFound", "ConfigMap none", "Starting"),
    }


@pytest.mark.parametrize("name", waits())
def test_what_it_waits_for_is_said_and_what_to_do(workspace: Workspace, name: str):
    wait = waits()[name]
    workspace.apply(workspace.training(trainer=wait.trainer, validation={"policy": "Skip"}))
    status = workspace.wait(lambda found: condition(found, "Training").get("reason") == wait.reason, f"waiting: {wait.reason}")
    assert wait.words in condition(status, "Training")["message"]
    assert status["phase"] == wait.phase
    assert "failure" not in status


def test_an_image_that_is_not_there_is_said(workspace: Workspace):
    workspace.apply(workspace.training(trainer={"image": "registry.invalid/none:1"}))
    status = workspace.wait(lambda found: condition(found, "Training").get("reason") == "ImageNotPulled", "waiting for its image")
    assert "registry.invalid/none:1" in condition(status, "Training")["message"]


def test_a_claim_that_is_not_there_is_said(workspace: Workspace):
    volumes = [workspace.volume, {"name": "more", "persistentVolumeClaim": {"claimName": "none"}}]
    workspace.apply(workspace.training(trainer={"volumes": volumes}))
    status = workspace.wait(
        lambda found: condition(found, "Training").get("reason") == "PersistentVolumeClaimNotFound", "waiting for its claim"
    )
    assert "PersistentVolumeClaim none" in condition(status, "Training")["message"]


def test_a_config_that_is_not_there_is_said_and_goes_on_once_it_is(workspace: Workspace):
    training = workspace.training()
    config = training["spec"]["pipelineConfig"]
    del config["path"]
    config["configMapKeyRef"] = {"name": "pets", "key": "config"}
    workspace.apply(training)
    status = workspace.wait(
        lambda found: condition(found, "Training").get("reason") == "ConfigMapNotFound", "waiting for its config"
    )
    assert status["phase"] == "Validating"
    assert "ConfigMap pets not found in this namespace." in condition(status, "Training")["message"]
    text = workspace.files.read("examples/pets/pipeline.config")
    workspace.kubectl.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "pets"}, "data": {"config": text}})
    workspace.wait_for_phase("Succeeded", seconds=240)


def test_a_quota_is_said_and_waited_for(workspace: Workspace):
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "no-pods"}, "spec": {"hard": {"pods": "0"}}}
    workspace.kubectl.create(quota)
    workspace.kubectl.wait("resourcequota", "no-pods", lambda found: found.get("status", {}).get("hard"), "in force")
    workspace.apply(workspace.training())
    status = workspace.wait(lambda found: condition(found, "Training").get("reason") == "QuotaExceeded", "waiting for its quota")
    assert "no-pods" in condition(status, "Training")["message"]


def test_a_job_that_a_quota_leaves_no_room_for_is_said_once_and_goes_on_when_there_is(workspace: Workspace):
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "no-jobs"},
        "spec": {"hard": {"count/jobs.batch": "0"}},
    }
    workspace.kubectl.create(quota)
    workspace.kubectl.wait("resourcequota", "no-jobs", lambda found: found.get("status", {}).get("hard"), "in force")
    workspace.apply(workspace.training())
    status = workspace.wait(lambda found: condition(found, "Training").get("reason") == "QuotaExceeded", "waiting for its quota")
    assert status["phase"] == "Validating"
    assert "Cannot create Job pets-validate-1: exceeded quota no-jobs" in condition(status, "Training")["message"]
    workspace.kubectl("patch", "resourcequota", "no-jobs", "--type=merge", '--patch={"spec":{"hard":{"count/jobs.batch":"9"}}}')
    workspace.wait_for_phase("Succeeded", seconds=180)
    assert workspace.events().count(("Warning", "QuotaExceeded")) == 1


def test_a_value_that_only_the_api_server_knows_to_be_wrong_fails_with_its_words(workspace: Workspace):
    workspace.apply(workspace.training(trainer={"tolerations": [{"operator": "Sometimes"}]}, validation={"policy": "Skip"}))
    status = workspace.wait_for_phase("Failed")
    assert status["failure"]["reason"] == condition(status, "Failed")["reason"] == "InvalidSpec"
    assert "spec.template.spec.tolerations[0].operator" in status["failure"]["message"]
    assert status["failure"]["hint"]
    assert workspace.jobs() == []


def test_a_quantity_that_is_none_never_gets_further_than_the_api_server(workspace: Workspace):
    with pytest.raises(Exception, match=r"(?i)quantity|resources"):
        workspace.apply(workspace.training(trainer={"resources": {"limits": {"memory": "much"}}}))


def test_a_rejected_training_never_asks_for_a_gpu(workspace: Workspace):
    manifest = workspace.training(trainer={"gpus": 1})
    manifest["spec"]["pipelineConfig"]["overrides"]["labelMapPath"] = f"{PETS}/none.pbtxt"
    workspace.apply(manifest)
    status = workspace.wait_for_phase("Rejected")
    assert status["validation"]["verdict"] == "reject"
    assert f"{PETS}/none.pbtxt" in status["failure"]["message"]
    assert workspace.jobs() == ["pets-validate-1"]
    (pod,) = workspace.pods()
    containers = pod["spec"]["containers"] + pod["spec"].get("initContainers", [])
    assert not any("nvidia.com/gpu" in container["resources"].get("limits", {}) for container in containers)
    assert ("Warning", "ValidationRejected") in workspace.events()
