"""The operator is killed at every step of a training's life: it ends as if it had not been, and nothing was started twice."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chaos.scenarios import stopped
from cluster.kubectl import Kubectl
from cluster.operators import Operator
from cluster.waiting import until
from e2e.workspace import Workspace

pytestmark = [pytest.mark.cluster, pytest.mark.usefixtures("operator")]
MAY_END = "may-end"
"""The training goes no further than its third step before there is a file of this name in its model directory."""
ONE_RUN = ["pets-train-1", "pets-validate-1"]
RESUMED = ["pets-train-1", "pets-train-2", "pets-validate-1"]
CHANGED = ["pets-train-1", "pets-train-2", "pets-validate-1", "pets-validate-2"]


class Play:
    """A training, its operator, and every Job that there ever was."""

    def __init__(self, workspace: Workspace, operator: Operator, seen: Path) -> None:
        self.workspace, self.operator, self._seen = workspace, operator, seen

    def apply(self, **spec: Any) -> None:
        """Applies it, or changes it."""
        self.workspace.apply(self.workspace.training(fake={"FAKE_WAITS_FOR": MAY_END}, **spec))

    def let_it_end(self) -> None:
        """Let a training continue to its end."""
        self.workspace.files.write(f"models/pets/{MAY_END}")

    def wait(self, phase: str) -> None:
        """Until it is in a phase."""
        self.workspace.wait_for_phase(phase)

    def wait_until_stopped(self) -> None:
        """Until it is suspended, and its pod has ended."""
        self.workspace.wait(stopped, "suspended and stopped")

    def wait_for_step(self) -> None:
        """Until it trains, and its status reports it."""
        self.workspace.wait(lambda status: status.get("training", {}).get("step"), "training")

    def wait_for_job(self, name: str, *, complete: bool = False) -> None:
        """Until a Job is there, or has done its work."""
        self.workspace.kubectl.wait("job", name, lambda job: not complete or job["status"].get("succeeded"), "there")

    def kill(self) -> None:
        """Kills the operator; returns when the next one is there."""
        self.operator.kill()
        self.operator.start()

    def kill_until(self, action: Callable[[], None]) -> None:
        """Kills the operator, and has none until something was done."""
        self.operator.kill()
        self.operator.stop()
        try:
            action()
        finally:
            self.operator.start()

    def end(self) -> dict[str, Any]:
        """How it ended: what does not depend on how long things took."""
        self.let_it_end()
        generation = self.workspace.kubectl.get("dt", "pets")["metadata"]["generation"]  # type: ignore[index]
        status = self.workspace.wait(
            lambda status: status.get("observedGeneration") == generation and status["phase"] in ("Succeeded", "Failed"),
            "at its end",
            seconds=120,
        )
        training = status["training"]
        return {
            "phase": status["phase"],
            "conditions": {each["type"]: (each["status"], each["reason"]) for each in status["conditions"]},
            "verdict": status["validation"]["verdict"],
            "training": {name: training.get(name) for name in ("progress", "attempt", "restarts", "preemptions")},
            "failure": status.get("failure"),
        }

    def jobs(self) -> list[str]:
        """Names of all Jobs that there were: one that was there twice is named twice."""
        there = {job["metadata"]["uid"] for job in self.workspace.kubectl.list("jobs")}

        def told() -> dict[str, str] | None:
            jobs = dict(line.split() for line in self._seen.read_text().splitlines())
            return jobs if there <= jobs.keys() else None

        return sorted(until(told, "the watch", seconds=10).values())


@pytest.fixture
def play(workspace: Workspace, operator: Operator, tmp_path: Path) -> Iterator[Play]:
    """With a watch of all Jobs."""
    seen = tmp_path / "jobs"
    with seen.open("w") as file, _watching(workspace.kubectl, file.fileno()) as watch:
        yield Play(workspace, operator, seen)
        watch.kill()


def _watching(kubectl: Kubectl, output: int) -> subprocess.Popen[bytes]:
    command = kubectl.command("get", "jobs", "--watch", "--output=jsonpath={.metadata.uid} {.metadata.name}{'\\n'}")
    return subprocess.Popen(command, stdout=output, env={**os.environ, "HOME": str(kubectl.kubeconfig.parent)})


def succeeded(steps: int, attempt: int) -> dict[str, Any]:
    """The end of a training whose operator was left alone."""
    return {
        "phase": "Succeeded",
        "conditions": {
            "Validated": ("True", "ValidationPassed"),
            "Training": ("False", "Completed"),
            "Succeeded": ("True", "Completed"),
            "Reconciling": ("False", "Completed"),
        },
        "verdict": "pass",
        "training": {"progress": f"{steps}/{steps}", "attempt": attempt, "restarts": 0, "preemptions": 0},
        "failure": None,
    }


def never(play: Play) -> None:
    play.apply()


def before_the_validation(play: Play) -> None:
    play.kill_until(play.apply)


def when_the_validation_is_created(play: Play) -> None:
    play.apply()
    play.wait_for_job("pets-validate-1")
    play.kill()


def while_validating(play: Play) -> None:
    play.apply()
    play.wait("Validating")
    play.kill()


def when_the_verdict_comes(play: Play) -> None:
    play.apply()
    play.wait("Validating")
    play.kill_until(lambda: play.wait_for_job("pets-validate-1", complete=True))


def while_queued(play: Play) -> None:
    play.apply()
    play.wait_for_job("pets-train-1")  # the phase itself may last for less time than it takes to see it
    play.kill()


def while_training(play: Play) -> None:
    play.apply()
    play.wait_for_step()
    play.kill()


def when_the_training_ends(play: Play) -> None:
    play.apply()
    play.wait_for_step()

    def train_on() -> None:
        play.let_it_end()
        play.wait_for_job("pets-train-1", complete=True)

    play.kill_until(train_on)


@pytest.mark.parametrize(
    "moment",
    [
        never,
        before_the_validation,
        when_the_validation_is_created,
        while_validating,
        when_the_verdict_comes,
        while_queued,
        while_training,
        when_the_training_ends,
    ],
    ids=lambda moment: moment.__name__,
)
def test_killed(play: Play, moment: Callable[[Play], None]):
    moment(play)
    assert play.end() == succeeded(20, attempt=1)
    assert play.jobs() == ONE_RUN


def left_alone(_play: Play, action: Callable[[], None]) -> None:
    action()


def killed_before(play: Play, action: Callable[[], None]) -> None:
    play.kill_until(action)


def killed_after(play: Play, action: Callable[[], None]) -> None:
    action()
    play.kill()


Disturbance = Callable[[Play, Callable[[], None]], None]
DISTURBANCES = pytest.mark.parametrize("disturb", [left_alone, killed_before, killed_after], ids=lambda each: each.__name__)


@DISTURBANCES
def test_killed_when_it_is_suspended(play: Play, disturb: Disturbance):
    play.apply()
    play.wait_for_step()
    disturb(play, lambda: play.apply(suspend=True))
    play.wait_until_stopped()
    play.apply(suspend=False)
    assert play.end() == succeeded(20, attempt=2)
    assert play.jobs() == RESUMED


@pytest.mark.parametrize("disturb", [killed_before, killed_after], ids=lambda each: each.__name__)
def test_killed_while_suspended(play: Play, disturb: Disturbance):
    play.apply()
    play.wait_for_step()
    play.apply(suspend=True)
    play.wait_until_stopped()
    disturb(play, lambda: play.apply(suspend=False))
    assert play.end() == succeeded(20, attempt=2)
    assert play.jobs() == RESUMED


@DISTURBANCES
def test_killed_when_the_spec_changes(play: Play, disturb: Disturbance):
    play.apply()
    play.wait_for_step()
    disturb(play, lambda: play.apply(numSteps=30))
    assert play.end() == succeeded(30, attempt=2)
    assert play.jobs() == CHANGED
