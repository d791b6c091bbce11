"""A log that cannot be read is not evidence about the training: it continues, and the operator reports the log."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from cluster import faults
from cluster.kubectl import Kubectl
from cluster.operators import RELEASE, Operator
from cluster.up import Cluster
from e2e.workspace import Workspace

pytestmark = [pytest.mark.cluster, pytest.mark.usefixtures("operator")]
Fault = Callable[[Cluster], AbstractContextManager[None]]


def without_an_answer(cluster: Cluster) -> AbstractContextManager[None]:
    """Packets to the kubelet are dropped: its connections stay open, half of them."""
    return faults.kubelet_unreachable(cluster, "DROP")


def refused(cluster: Cluster) -> AbstractContextManager[None]:
    """Connections to the kubelet break, and new ones are refused."""
    return faults.kubelet_unreachable(cluster, "REJECT", "--reject-with", "tcp-reset")


def without_the_right(cluster: Cluster) -> AbstractContextManager[None]:
    """The operator may not read logs."""
    return _without_the_right(cluster.kubectl)


@contextmanager
def _without_the_right(kubectl: Kubectl) -> Iterator[None]:
    role = kubectl.get("clusterrole", RELEASE)
    assert role is not None
    rules = [rule for rule in role["rules"] if rule["resources"] != ["pods/log"]]
    assert len(rules) == len(role["rules"]) - 1

    def set_rules(rules: list[dict[str, object]]) -> None:
        kubectl("patch", "clusterrole", RELEASE, "--type=merge", "--patch", json.dumps({"rules": rules}))

    set_rules(rules)
    try:
        yield
    finally:
        set_rules(role["rules"])


@pytest.mark.parametrize(
    # A connection of which nothing comes any more is only given up after five minutes.
    "fault",
    [refused, *(pytest.param(each, marks=pytest.mark.full) for each in (without_an_answer, without_the_right))],
    ids=lambda each: each.__name__,
)
def test_it_says_that_the_log_cannot_be_read_and_trains_to_the_end(
    workspace: Workspace, own_cluster: Cluster, operator: Operator, fault: Fault
):
    """It is reported after minutes: a kubelet that restarts takes less. One that does not answer is noticed after some more."""
    waits = {"FAKE_WAITS_FOR": "go", "FAKE_AT_STEP": "3"}
    workspace.apply(workspace.training(fake=waits, validation={"policy": "Skip"}, stallTimeoutSeconds=30))
    workspace.wait(lambda status: status.get("training", {}).get("step"), "training")
    with fault(own_cluster):
        if fault is without_the_right:
            operator.kill()  # what it reads already, it may read on
        workspace.wait(lambda _: ("Warning", "LogUnavailable") in workspace.events(), "reported as unreadable", seconds=600)
        workspace.files.write("models/pets/go")
        status = workspace.wait_for_phase("Succeeded", "Failed")
    assert (status["phase"], status["training"]["restarts"]) == ("Succeeded", 0)


@pytest.mark.full
@pytest.mark.parametrize("fault", [refused, without_an_answer, without_the_right], ids=lambda each: each.__name__)
def test_a_training_that_nobody_can_see_is_not_stopped(
    workspace: Workspace, own_cluster: Cluster, operator: Operator, fault: Fault
):
    """It does a step each second, for longer than the stall timeout and the time that the operator leaves to the trainer's watchdog."""
    training = workspace.training(
        fake={"FAKE_STEP_SECONDS": "1"}, validation={"policy": "Skip"}, stallTimeoutSeconds=30, numSteps=400
    )
    workspace.apply(training)
    workspace.wait(lambda status: status.get("training", {}).get("step"), "training")
    with fault(own_cluster):
        if fault is without_the_right:
            operator.kill()
        status = workspace.wait_for_phase("Succeeded", "Failed", seconds=600)
    assert (status["phase"], status["training"]["restarts"]) == ("Succeeded", 0)
    assert int(workspace.files.read("models/pets/fake-checkpoint")) == 400
