"""A pod with a GPU that does not train yet: the status reports it, and it does not hold the GPU forever."""

from __future__ import annotations

import pytest

from cluster.waiting import until
from e2e.workspace import Workspace, condition

pytestmark = [pytest.mark.cluster, pytest.mark.usefixtures("operator")]
HANGS = {"FAKE_GPUS": "1", "FAKE_PREFLIGHT_WAITS_FOR": "storage-answers"}
SKIP = {"policy": "Skip"}


def test_it_is_starting_while_its_preflight_runs(workspace: Workspace):
    workspace.apply(workspace.training(fake=HANGS, trainer={"gpus": 1}, validation=SKIP))
    workspace.kubectl.wait("job", "pets-train-1", lambda job: job["status"].get("active"), "active")
    status = workspace.wait_for_phase("Starting", "Training")
    assert status["phase"] == "Starting"
    until(lambda: any(_initializing(pod) for pod in workspace.pods()), "the preflight to run", seconds=60)
    assert workspace.wait(lambda _: True, "there")["phase"] == "Starting"
    workspace.files.write("models/pets/storage-answers")
    status = workspace.wait_for_phase("Succeeded", "Failed")
    assert (status["phase"], status["training"]["restarts"]) == ("Succeeded", 0)


def test_a_preflight_that_hangs_does_not_hold_its_gpu_forever(workspace: Workspace):
    trainer = {"gpus": 1, "startTimeoutSeconds": 20, "terminationGracePeriodSeconds": 1}
    workspace.apply(workspace.training(fake=HANGS, trainer=trainer, validation=SKIP, retries=0))
    status = workspace.wait_for_phase("Failed", seconds=120)
    assert "startTimeoutSeconds" in status["failure"]["message"]
    until(lambda: not _pods_with_a_node(workspace), "the GPU to be free", seconds=60)


def test_an_image_that_cannot_be_pulled_does_not_hold_its_gpu_forever(workspace: Workspace):
    trainer = {"gpus": 1, "startTimeoutSeconds": 20, "image": "registry.invalid/none:1"}
    workspace.apply(workspace.training(trainer=trainer, validation=SKIP, retries=0))
    status = workspace.wait(lambda found: condition(found, "Training").get("reason") == "ImageNotPulled", "waiting for its image")
    assert status["phase"] == "Starting"
    status = workspace.wait_for_phase("Failed", seconds=120)
    assert "registry.invalid/none:1" in status["failure"]["message"]
    until(lambda: not _pods_with_a_node(workspace), "the GPU to be free", seconds=60)


def test_a_volume_that_cannot_be_mounted_does_not_hold_its_gpu_forever(workspace: Workspace):
    volumes = [workspace.volume, {"name": "more", "configMap": {"name": "none"}}]
    trainer = {
        "gpus": 1,
        "startTimeoutSeconds": 20,
        "volumes": volumes,
        "volumeMounts": [
            {"name": workspace.volume["name"], "mountPath": "/data"},
            {"name": "more", "mountPath": "/more"},
        ],
    }
    workspace.apply(workspace.training(trainer=trainer, validation=SKIP, retries=0))
    status = workspace.wait_for_phase("Failed", seconds=120)
    assert "none" in status["failure"]["message"]
    until(lambda: not _pods_with_a_node(workspace), "the GPU to be free", seconds=60)


def _initializing(pod: dict) -> bool:  # type: ignore[type-arg]
    return any("running" in container["state"] for container in pod["status"].get("initContainerStatuses", []))


def _pods_with_a_node(workspace: Workspace) -> list[str]:
    """Names of the pods for which a GPU is set aside."""
    return [
        pod["metadata"]["name"]
        for pod in workspace.pods("detector-training.io/run=train")
        if pod["spec"].get("nodeName") and pod["status"]["phase"] not in ("Succeeded", "Failed")
    ]
