"""examples/pets with the real trainer, from kubectl apply to the end, as its user sees it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.workspace import Workspace

pytestmark = [pytest.mark.cluster, pytest.mark.trainer]


def test_it_is_validated_and_trained(workspace: Workspace, image: Callable[[str], str]):
    workspace.apply(workspace.training(trainer={"image": image("trainer")}, checkpointEverySteps=10))
    workspace.wait_for_phase("Validating", seconds=30)
    workspace.wait_for_phase("Training", seconds=120)
    status = workspace.wait_for_phase("Succeeded", "Failed", "Rejected", seconds=400)

    assert status["phase"] == "Succeeded"
    assert "failure" not in status
    validation, training = status["validation"], status["training"]
    assert (validation["verdict"], validation["errors"], validation["records"]) == ("pass", 0, 10)
    assert (training["step"], training["totalSteps"], training["lastCheckpointStep"]) == (20, 20, 20)
    assert (training["restarts"], training["preemptions"]) == (0, 0)
    assert training["loss"] > 0
    assert training["stepsPerSecond"] > 0
    assert "secondsRemaining" not in training
    assert {each["type"]: (each["status"], each["reason"], each["observedGeneration"]) for each in status["conditions"]} == {
        "Validated": ("True", "ValidationPassed", 1),
        "Training": ("False", "Completed", 1),
        "Succeeded": ("True", "Completed", 1),
        "Reconciling": ("False", "Completed", 1),
    }

    assert workspace.events() == [
        ("Normal", "Waiting"),
        ("Normal", "Validating"),
        ("Normal", "ValidationPassed"),
        ("Normal", "Queued"),
        ("Normal", "Starting"),
        ("Normal", "Training"),
        ("Normal", "Completed"),
    ]
    header, row = workspace.kubectl("get", "dt", "pets").splitlines()
    assert header.split() == ["NAME", "PHASE", "STEP", "LOSS", "RESTARTS", "REASON", "AGE"]
    assert row.split()[:-1] == ["pets", "Succeeded", "20/20", f"{training['loss']:g}", "0"]
    assert [name for name in workspace.files.names("models/pets") if name.startswith("ckpt-") and name.endswith(".index")]
