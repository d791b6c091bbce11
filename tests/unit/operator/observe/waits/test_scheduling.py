"""Given the scheduler's message about a pod: what is reported, and the hint."""

from __future__ import annotations

import pytest

from detector_operator.reconcile.runs import RunState
from support.kubernetes_objects import job, unscheduled
from support.observed import only_run

# (message of the scheduler, what is reported of it, hint)
MESSAGES = {
    "too few GPUs": (
        "0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 Insufficient nvidia.com/gpu. "
        "no new claims to deallocate, preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.",
        "0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 Insufficient nvidia.com/gpu.",
        "It requests 4 nvidia.com/gpu on one node: wait for other pods to finish, add such a node, or lower spec.trainer.gpus.",
    ),
    "too little of several": (
        "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.",
        "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.",
        "It requests 16 cpu and 64Gi memory on one node: wait for other pods to finish, add such a node, or lower spec.trainer.resources.",
    ),
    "a taint": (
        "0/1 nodes are available: 1 node(s) had untolerated taint {nvidia.com/gpu: present}.",
        "0/1 nodes are available: 1 node(s) had untolerated taint {nvidia.com/gpu: present}.",
        "Tolerate the taint in spec.trainer.tolerations, or free a node without it.",
    ),
    "a node selector": (
        "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
        "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
        "Fix spec.trainer.nodeSelector or affinity: `kubectl get nodes --show-labels`.",
    ),
    "a volume of another zone": (
        "0/2 nodes are available: 2 node(s) had volume node affinity conflict. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
        "0/2 nodes are available: 2 node(s) had volume node affinity conflict.",
        "The volume is only accessible from other nodes: select a node in the volume's zone.",
    ),
    "something new": (
        "0/2 nodes are available: 2 node(s) were in a mood.",
        "0/2 nodes are available: 2 node(s) were in a mood.",
        "",
    ),
}


@pytest.mark.parametrize(("message", "reported", "hint"), MESSAGES.values(), ids=MESSAGES)
def test_the_message_of_the_scheduler_is_reported_with_a_hint(message, reported, hint):
    limits = {"cpu": "16", "memory": "64Gi", "nvidia.com/gpu": "4"}
    run = only_run([job()], [unscheduled(message, limits=limits)])
    assert (run.state, run.node, run.waiting.reason) == (RunState.PENDING, None, "Unschedulable")
    assert (run.waiting.message, run.waiting.hint) == (f"The pod cannot be scheduled: {reported}", hint)


def test_a_scheduler_without_a_message():
    assert only_run([job()], [unscheduled("")]).waiting.message == "The pod cannot be scheduled: no node was found."


def test_a_validation_has_its_own_resources():
    run = only_run([job("validate")], [unscheduled("0/1 nodes are available: 1 Insufficient cpu.", kind="validate")])
    assert run.waiting.hint.endswith("lower spec.validation.resources.")
