"""With a real Kueue, which starts Jobs and suspends them as it sees fit: the pods that exist are those that the status reports."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cluster.kubectl import Manifest
from cluster.kueue import GROUP, PRIORITY_LABEL, QUEUE_LABEL, Kueue
from cluster.waiting import until
from e2e.pod_history import PodHistory
from e2e.workspace import Workspace, condition

pytestmark = [pytest.mark.cluster, pytest.mark.usefixtures("operator")]
QUEUE = "gpus"
HALTS = {"FAKE_AT_STEP": "7", "FAKE_WAITS_FOR": "may-end"}
"""It takes no step after its seventh before a file of this name is in its model directory."""
SKIP = {"policy": "Skip"}
HOLDS = ("Starting", "Training")
"""Phases in which a training has a pod."""


@dataclass(frozen=True)
class Queue:
    """A namespace with a queue for GPUs, and the trainings in it."""

    kueue: Kueue
    workspace: Workspace
    history: PodHistory

    def apply(self, name: str = "pets", *, priority: str = "low", halts: bool = True, **spec: Any) -> None:
        """Apply a training with one GPU, or change it. It continues to its end once it is allowed to, or where it does not halt."""
        trainer = {"gpus": 1, "labels": {QUEUE_LABEL: QUEUE, PRIORITY_LABEL: priority}}
        fake = {"FAKE_GPUS": "1", **(HALTS if halts else {})}
        self.workspace.apply(self.workspace.training(name, fake=fake, trainer=trainer, **{"validation": SKIP, **spec}))

    def let_it_end(self, name: str = "pets") -> None:
        """Let a training continue to its end."""
        self.workspace.files.write(f"models/{name}/may-end")

    def hold(self, policy: str, queue: str = QUEUE) -> None:
        """Have the queue admit nothing more (Hold), or admit again (None)."""
        patch = json.dumps({"spec": {"stopPolicy": policy}})
        self.workspace.kubectl("patch", f"localqueue.{GROUP}", queue, "--type=merge", "--patch", patch)

    def wait_for_step(self, name: str = "pets") -> None:
        """Return once a training has reported a step."""
        self.workspace.wait(lambda status: status.get("training", {}).get("step"), "training", name=name)

    def wait_until_stopped(self, phase: str, name: str = "pets", *, seconds: float = 60) -> Manifest:
        """Return the status, once a training is in a phase and has no pod that has not ended."""
        status = self.workspace.wait_for_phase(phase, name=name, seconds=seconds)
        until(lambda: not self.live_pods(name), f"{name} to have no pod", seconds=seconds)
        return status

    def wait_for_admission(self, name: str = "pets") -> None:
        """Return once it waits for nothing but the queue."""
        self.workspace.wait(
            lambda status: status.get("phase") == "Queued" and condition(status, "Training").get("reason") == "JobSuspended",
            "waiting for the queue",
            name=name,
        )

    def wait_for_end(self, name: str = "pets", *, generation: int = 1, seconds: float = 120) -> Manifest:
        """Return the status, once a training has succeeded or failed."""
        return self.workspace.wait(
            lambda status: status.get("observedGeneration", 0) >= generation and status["phase"] in ("Succeeded", "Failed"),
            "at its end",
            name=name,
            seconds=seconds,
        )

    def train_another(self) -> None:
        """Train another resource from start to end on the GPU that this leaves free. By then Kueue has acted on all that came before."""
        self.apply("other", halts=False)
        assert self.wait_for_end("other")["phase"] == "Succeeded"

    def live_pods(self, name: str = "pets") -> list[str]:
        """Return the training pods of a resource that have not ended."""
        found = self.workspace.pods(f"detector-training.io/run=train,detector-training.io/name={name}")
        return [pod["metadata"]["name"] for pod in found if pod["status"]["phase"] not in ("Succeeded", "Failed")]

    def agree(self, *names: str) -> None:
        """Check that the pods that exist are those that the status reports, once it has been written."""

        def same() -> bool:
            phases = {name: (self.workspace.kubectl.get("dt", name) or {}).get("status", {}).get("phase") for name in names}
            return all(len(self.live_pods(name)) == (phases[name] in HOLDS) for name in names)

        until(same, "status and pods to agree", seconds=30)


@pytest.fixture
def queue(workspace: Workspace, kueue: Kueue, tmp_path: Path) -> Iterator[Queue]:
    """A queue with room for one GPU."""
    yield from queue_of(1, workspace, kueue, tmp_path)


@pytest.fixture
def wide_queue(workspace: Workspace, kueue: Kueue, tmp_path: Path) -> Iterator[Queue]:
    """A queue with room for two, so that nothing but the operator keeps two Jobs of one training from running."""
    yield from queue_of(2, workspace, kueue, tmp_path)


def queue_of(gpus: int, workspace: Workspace, kueue: Kueue, tmp_path: Path) -> Iterator[Queue]:
    kueue.add_queue(workspace.kubectl, QUEUE, gpus=gpus)
    with PodHistory.recorded(workspace.kubectl, tmp_path / "pods") as history:
        yield Queue(kueue, workspace, history)
    kueue.remove_queue(workspace.kubectl, QUEUE)


def test_it_is_queued_until_it_is_admitted(queue: Queue):
    queue.hold("Hold")
    queue.apply()
    queue.wait_for_admission()
    assert queue.history.pods("pets") == []
    queue.hold("None")
    queue.wait_for_step()
    queue.agree("pets")
    queue.let_it_end()
    status = queue.wait_for_end()
    assert (status["phase"], status["training"]["restarts"]) == ("Succeeded", 0)
    assert queue.history.pods("pets") == ["pets-train-1"]


def test_what_is_suspended_stays_stopped_and_its_gpu_is_free(queue: Queue):
    queue.apply()
    queue.wait_for_step()
    queue.apply(suspend=True)
    stopped = queue.wait_until_stopped("Suspended")
    queue.train_another()
    assert queue.history.pods("pets") == ["pets-train-1"]
    queue.agree("pets")
    status = queue.workspace.wait_for_phase("Suspended")
    assert status["training"]["step"] == stopped["training"]["step"] <= 7
    queue.let_it_end()
    queue.apply()
    status = queue.wait_for_end(generation=3)
    assert (status["phase"], status["training"]["restarts"]) == ("Succeeded", 0)
    assert queue.history.pods("pets") == ["pets-train-1", "pets-train-2"]


def test_a_stopped_training_has_saved_a_checkpoint(queue: Queue):
    queue.apply()
    queue.wait_for_step()
    queue.apply(suspend=True)
    queue.wait_until_stopped("Suspended")
    status = queue.workspace.wait(lambda found: found["training"].get("lastCheckpointStep"), "with a checkpoint")
    saved = int(queue.workspace.files.read("models/pets/fake-checkpoint"))
    assert status["training"]["lastCheckpointStep"] == saved
    assert 0 < saved <= 7


def test_what_is_suspended_in_the_queue_is_not_admitted(queue: Queue):
    queue.hold("Hold")
    queue.apply()
    queue.wait_for_admission()
    queue.apply(suspend=True)
    queue.wait_until_stopped("Suspended")
    queue.hold("None")
    queue.train_another()
    assert queue.history.pods("pets") == []
    queue.apply(halts=False)
    status = queue.wait_for_end(generation=3)
    assert (status["phase"], status["training"]["restarts"]) == ("Succeeded", 0)


def test_it_gives_way_to_a_higher_priority_and_resumes(queue: Queue):
    queue.apply()
    queue.wait_for_step()
    queue.apply("urgent", priority="high")
    queue.wait_for_step("urgent")
    queue.wait_until_stopped("Queued")
    queue.agree("pets", "urgent")
    queue.let_it_end("urgent")
    assert queue.wait_for_end("urgent")["phase"] == "Succeeded"
    queue.let_it_end()
    status = queue.wait_for_end()
    assert (status["phase"], status["training"]["restarts"], status["training"]["progress"]) == ("Succeeded", 0, "20/20")
    assert len(queue.history.pods("pets")) == 2
    assert queue.history.most_at_once("pets") == 1


def test_a_spec_that_changes_while_it_trains_has_one_pod_at_a_time(wide_queue: Queue):
    queue = wide_queue
    queue.apply()
    queue.wait_for_step()
    queue.apply(numSteps=30)
    queue.workspace.kubectl.wait("job", "pets-train-2", bool, "there", seconds=120)
    queue.let_it_end()
    status = queue.wait_for_end(generation=2)
    assert (status["phase"], status["training"]["progress"], status["training"]["restarts"]) == ("Succeeded", "30/30", 0)
    queue.train_another()
    assert queue.history.pods("pets") == ["pets-train-1", "pets-train-2"]
    assert queue.history.most_at_once("pets") == 1


def test_a_spec_that_changes_in_the_queue_is_trained_and_the_old_one_is_not(wide_queue: Queue):
    queue = wide_queue
    queue.hold("Hold")
    queue.apply()
    queue.wait_for_admission()
    queue.apply(numSteps=30, halts=False)
    queue.workspace.kubectl.wait("job", "pets-train-2", bool, "there")
    queue.hold("None")
    status = queue.wait_for_end(generation=2)
    assert (status["phase"], status["training"]["progress"]) == ("Succeeded", "30/30")
    queue.train_another()
    assert queue.history.pods("pets") == ["pets-train-2"]


def test_what_failed_by_its_deadline_stays_stopped(queue: Queue):
    queue.apply(activeDeadlineSeconds=6)
    failed = queue.wait_until_stopped("Failed")
    assert condition(failed, "Failed")["reason"] == "DeadlineExceeded"
    queue.train_another()
    assert queue.history.pods("pets") == ["pets-train-1"]
    assert queue.workspace.wait_for_phase("Failed")["failure"] == failed["failure"]


@pytest.mark.parametrize("reach", [Queue.wait_for_step, Queue.wait_for_admission], ids=["training", "queued"])
def test_what_is_deleted_leaves_nothing(queue: Queue, reach: Callable[[Queue], None]):
    if reach is Queue.wait_for_admission:
        queue.hold("Hold")
    queue.apply()
    reach(queue)
    before = queue.history.pods("pets")
    queue.workspace.kubectl("delete", "dt", "pets", "--timeout=30s")
    queue.hold("None")
    queue.train_another()
    until(lambda: not queue.live_pods() and queue.workspace.jobs() == ["other-train-1"], "nothing of it", seconds=60)
    assert queue.history.pods("pets") == before


def test_the_validation_does_not_wait_for_the_queue_of_the_gpus(queue: Queue):
    queue.hold("Hold")
    queue.apply(halts=False, validation={})
    queue.wait_for_admission()
    (pod,) = queue.workspace.pods("detector-training.io/run=validate")
    job = queue.workspace.kubectl.get("job", "pets-validate-1") or {}
    for labels in (pod["metadata"]["labels"], job["metadata"]["labels"]):
        assert not [label for label in labels if label.startswith(f"{GROUP}/")]
    queue.hold("None")
    assert queue.wait_for_end()["phase"] == "Succeeded"


def test_the_validation_can_have_a_queue_of_its_own(queue: Queue):
    queue.kueue.add_queue(queue.workspace.kubectl, "cpus", gpus=0)
    queue.hold("Hold", "cpus")
    queue.apply(halts=False, validation={"labels": {QUEUE_LABEL: "cpus"}})
    queue.workspace.wait(
        lambda status: status.get("phase") == "Validating" and condition(status, "Training").get("reason") == "JobSuspended",
        "waiting for the queue of the validation",
    )
    assert queue.workspace.pods() == []
    queue.hold("None", "cpus")
    assert queue.wait_for_end()["phase"] == "Succeeded"
    queue.kueue.remove_queue(queue.workspace.kubectl, "cpus")
