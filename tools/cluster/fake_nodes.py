"""Nodes that only exist in the API, by kwok: their pods start and end without running."""

from __future__ import annotations

from typing import Any

from cluster.addons import GPU_RESOURCE
from cluster.kubectl import Kubectl
from cluster.parts import program
from cluster.up import Cluster, node_is_ready

ANNOTATION = "kwok.x-k8s.io/node"
TAINT = {"key": ANNOTATION, "value": "fake", "effect": "NoSchedule"}
TOLERATION = {"key": ANNOTATION, "operator": "Exists", "effect": "NoSchedule"}
"""What a pod needs to be put on one of them."""


def start_kwok(cluster: Cluster) -> None:
    """Starts kwok, unless it runs."""
    if cluster.sandbox.processes("kwok"):
        return
    cluster.sandbox.spawn(
        "kwok",
        [
            program(cluster.places, "kwok"),
            f"--kubeconfig={cluster.credentials.file('kwok.kubeconfig')}",
            "--manage-all-nodes=false",
            f"--manage-nodes-with-annotation-selector={ANNOTATION}=fake",
            f"--config={program(cluster.places, 'kwok').with_name('stages.yaml')}",
            "--node-lease-duration-seconds=40",
        ],
    )


def add(cluster: Cluster, count: int, *, gpus: int = 8) -> None:
    """Adds so many nodes `fake-0`, `fake-1` …; returns when they are ready."""
    start_kwok(cluster)
    kubectl: Kubectl = cluster.kubectl
    kubectl.apply(*(_node(f"fake-{number}", gpus) for number in range(count)))
    for number in range(count):
        kubectl.wait("node", f"fake-{number}", node_is_ready, "Ready", seconds=60)


def _node(name: str, gpus: int) -> dict[str, Any]:
    resources = {"cpu": "32", "memory": "256Gi", "pods": "1000", GPU_RESOURCE: str(gpus)}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": name,
            "annotations": {ANNOTATION: "fake"},
            "labels": {"type": "fake", "kubernetes.io/hostname": name},
        },
        "spec": {"taints": [TAINT]},
        "status": {"allocatable": resources, "capacity": resources},
    }
