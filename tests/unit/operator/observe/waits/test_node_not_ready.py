"""Given a pod on a node that is not ready: it is reported before the pod is evicted."""

from __future__ import annotations

from support.kubernetes_objects import job, pod, running
from support.observed import only_run

NOT_READY = {"type": "Ready", "status": "False"}


def test_the_node_controller_sets_ready_to_false_without_a_reason():
    found = only_run([job()], [pod(conditions=[NOT_READY])]).waiting
    assert found.reason == "NodeLost"
    assert found.message == "gpu-1 is not ready; pets-train-1-x7k2p may still be running there."
    assert found.hint == "`kubectl describe node gpu-1` shows why."


def test_the_kubelet_sets_a_reason_and_is_alive():
    by_kubelet = {**NOT_READY, "reason": "ContainersNotReady"}
    assert only_run([job()], [pod(main=running(), conditions=[by_kubelet])]).waiting is None
