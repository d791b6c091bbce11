"""What becomes of a training that has ended: it is tried again on request, and its Jobs are removed in time."""

from __future__ import annotations

import pytest

from cluster.waiting import until
from e2e.workspace import Workspace, condition

pytestmark = [pytest.mark.cluster, pytest.mark.usefixtures("operator")]
RETRY = "detector-training.io/retry"
FAILS_ONCE = {"FAKE_END": "exit:65:DataError", "FAKE_AT_STEP": "7", "FAKE_ONCE": "1"}


def test_an_annotation_has_a_failed_training_tried_again(workspace: Workspace):
    workspace.apply(workspace.training(fake=FAILS_ONCE))
    assert condition(workspace.wait_for_phase("Failed"), "Failed")["reason"] == "DataError"
    workspace.kubectl("annotate", "dt", "pets", f"{RETRY}=1")
    status = workspace.wait_for_phase("Succeeded")
    assert (status["training"]["progress"], status["training"]["restarts"]) == ("20/20", 0)
    assert "failure" not in status
    assert (workspace.kubectl.get("dt", "pets") or {})["metadata"]["generation"] == 1


def test_every_new_value_has_it_tried_again_once(workspace: Workspace):
    workspace.apply(workspace.training(fake={"FAKE_END": "exit:65:DataError"}, validation={"policy": "Skip"}))
    workspace.wait_for_phase("Failed")
    for number in (2, 3):
        workspace.kubectl("annotate", "dt", "pets", f"{RETRY}={number}", "--overwrite")
        pod = f"pets-train-{number}-"
        workspace.wait(lambda status, pod=pod: status.get("failure", {}).get("pod", "").startswith(pod), f"failed in {pod}")
    before = workspace.wait_for_phase("Failed")
    workspace.kubectl("annotate", "dt", "pets", "looked=again")
    workspace.apply(workspace.training("other", validation={"policy": "Skip"}))  # once it is done, pets was looked at again
    workspace.wait_for_phase("Succeeded", name="other")
    assert workspace.wait(bool, "there") == before


def test_a_rejected_training_is_validated_again(workspace: Workspace):
    manifest = workspace.training()
    manifest["spec"]["pipelineConfig"]["path"] = "/data/late.config"
    workspace.apply(manifest)
    workspace.wait_for_phase("Rejected")
    workspace.files.write("late.config", workspace.files.read("examples/pets/pipeline.config"))
    workspace.kubectl("annotate", "dt", "pets", f"{RETRY}=1")
    assert workspace.wait_for_phase("Succeeded")["validation"]["verdict"] == "pass"


@pytest.mark.parametrize("fake", [{}, {"FAKE_END": "exit:65:DataError"}], ids=["succeeded", "failed"])
def test_the_jobs_of_an_ended_training_are_removed_and_it_stays(workspace: Workspace, fake: dict[str, str]):
    workspace.apply(workspace.training(fake=fake, ttlSecondsAfterFinished=5))
    end = workspace.wait_for_phase("Succeeded", "Failed")
    until(lambda: workspace.jobs() == [] and workspace.pods() == [], "no Job and no pod", seconds=60)
    workspace.kubectl("annotate", "dt", "pets", "looked=again")
    workspace.apply(workspace.training("other", validation={"policy": "Skip"}))
    workspace.wait_for_phase("Succeeded", name="other")
    after = workspace.wait(bool, "there")
    assert (after["phase"], after.get("failure"), after["training"]) == (end["phase"], end.get("failure"), end["training"])
    assert [name for name in workspace.jobs() if name.startswith("pets-")] == []


def test_a_limit_that_is_raised_starts_nothing_again(workspace: Workspace):
    workspace.apply(workspace.training())
    workspace.wait_for_phase("Succeeded")
    workspace.apply(
        workspace.training(retries=7, activeDeadlineSeconds=9999, stallTimeoutSeconds=999, ttlSecondsAfterFinished=999)
    )
    status = workspace.wait(lambda found: found.get("observedGeneration") == 2, "seen")
    assert status["phase"] == "Succeeded"
    assert workspace.jobs() == ["pets-train-1", "pets-validate-1"]
