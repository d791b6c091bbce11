"""Two trainings with one model directory: the second waits for the first, and that is not a failure."""

from __future__ import annotations

import pytest

from e2e.workspace import Workspace, condition

pytestmark = [pytest.mark.cluster, pytest.mark.usefixtures("operator")]
SHARED = {"modelDir": "/data/models/shared", "validation": {"policy": "Skip"}}


def test_the_second_waits_for_the_first_and_then_trains(workspace: Workspace):
    workspace.apply(workspace.training("first", fake={"FAKE_WAITS_FOR": "may-end", "FAKE_AT_STEP": "7"}, **SHARED))
    workspace.wait(lambda status: status.get("training", {}).get("step"), "training", name="first")
    workspace.apply(workspace.training("second", numSteps=30, retries=0, **SHARED))
    status = workspace.wait(
        lambda found: condition(found, "Training").get("reason") == "ModelDirInUse", "waiting for the first", name="second"
    )
    assert status["phase"] == "Queued"
    assert "first-train-1" in condition(status, "Training")["message"]
    assert "failure" not in status
    workspace.files.write("models/shared/may-end")
    assert workspace.wait_for_phase("Succeeded", "Failed", name="first")["phase"] == "Succeeded"
    status = workspace.wait_for_phase("Succeeded", "Failed", name="second", seconds=180)
    assert (status["phase"], status["training"]["progress"]) == ("Succeeded", "30/30")
    assert (status["training"]["restarts"], status["training"]["preemptions"]) == (0, 0)
