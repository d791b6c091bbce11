"""A cluster adds containers to the pods: a run is judged by its own."""

from __future__ import annotations

import pytest

from cluster.objects import DATA
from cluster.waiting import until
from e2e.injection import injected
from e2e.manifests import container
from e2e.workspace import Workspace, condition

pytestmark = [pytest.mark.cluster, pytest.mark.usefixtures("operator")]
SIDECAR = "trap 'exit 0' TERM; sleep infinity & wait"


def fails_once(workspace: Workspace, code: int) -> dict[str, object]:
    """An init container of somebody else's that ends with this code in the first pod, and passes in the next."""
    script = f"test -e {DATA}/seen && exit 0; touch {DATA}/seen; exit {code}"
    mounts = [{"name": workspace.volume["name"], "mountPath": DATA}]
    return container("istio-init", workspace.fake_trainer, script, imagePullPolicy="IfNotPresent", volumeMounts=mounts)


def test_a_sidecar_that_runs_on_does_not_keep_a_training_from_its_end(workspace: Workspace):
    sidecar = container("istio-proxy", workspace.fake_trainer, SIDECAR, imagePullPolicy="IfNotPresent")
    with injected(workspace.kubectl, "train", "sidecar", sidecar):
        workspace.apply(workspace.training(validation={"policy": "Skip"}))
        status = workspace.wait_for_phase("Succeeded", "Failed", seconds=120)
    assert (status["phase"], status["training"]["progress"], status["training"]["restarts"]) == ("Succeeded", "20/20", 0)
    until(lambda: not running(workspace), "no pod", seconds=150)


def test_a_sidecar_that_runs_on_does_not_hide_a_failure(workspace: Workspace):
    sidecar = container("istio-proxy", workspace.fake_trainer, SIDECAR, imagePullPolicy="IfNotPresent")
    fake = {"FAKE_END": "exit:65:DataError"}
    with injected(workspace.kubectl, "train", "sidecar", sidecar):
        workspace.apply(workspace.training(fake=fake, validation={"policy": "Skip"}))
        status = workspace.wait_for_phase("Succeeded", "Failed", seconds=120)
    assert condition(status, "Failed")["reason"] == "DataError"
    assert (status["failure"]["container"], status["failure"]["exitCode"]) == ("train", 65)
    until(lambda: not running(workspace), "no pod", seconds=150)


@pytest.mark.parametrize("code", [1, 65])
def test_an_init_container_that_fails_is_no_verdict(workspace: Workspace, code: int):
    with injected(workspace.kubectl, "validate", "init", fails_once(workspace, code)):
        workspace.apply(workspace.training())
        status = workspace.wait_for_phase("Succeeded", "Failed", "Rejected", seconds=120)
    assert (status["phase"], status["validation"]["verdict"]) == ("Succeeded", "pass")


@pytest.mark.parametrize("code", [1, 65])
def test_an_init_container_that_fails_does_not_end_a_training(workspace: Workspace, code: int):
    with injected(workspace.kubectl, "train", "init", fails_once(workspace, code)):
        workspace.apply(workspace.training(validation={"policy": "Skip"}))
        status = workspace.wait_for_phase("Succeeded", "Failed", seconds=120)
    assert (status["phase"], status["training"]["restarts"]) == ("Succeeded", 1)


def test_an_init_container_that_always_fails_is_named(workspace: Workspace):
    broken = container("istio-init", workspace.fake_trainer, "exit 65", imagePullPolicy="IfNotPresent")
    with injected(workspace.kubectl, "train", "init", broken):
        workspace.apply(workspace.training(validation={"policy": "Skip"}, retries=0))
        status = workspace.wait_for_phase("Succeeded", "Failed", seconds=120)
    assert condition(status, "Failed")["reason"] == "RetriesExhausted"
    assert "Init container istio-init ended with exit code 65" in status["failure"]["message"]
    assert "exitCode" not in status["failure"]  # only those of our own containers mean something


def running(workspace: Workspace) -> list[str]:
    """Names of the training pods that have not ended."""
    found = workspace.pods("detector-training.io/run=train")
    return [pod["metadata"]["name"] for pod in found if pod["status"]["phase"] not in ("Succeeded", "Failed")]
