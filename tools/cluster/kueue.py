"""Kueue, which starts a Job once its queue has room for it: installed with its own Helm chart."""

from __future__ import annotations

import tarfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from cluster import node, parts
from cluster.addons import GPU_RESOURCE
from cluster.helm import Helm
from cluster.kubectl import Kubectl, KubectlError, Manifest
from cluster.oci import write_archive
from cluster.up import Cluster
from cluster.waiting import until

NAMESPACE: Final = "kueue-system"
RELEASE: Final = "kueue"
DEPLOYMENT: Final = "deployment/kueue-controller-manager"
GROUP: Final = "kueue.x-k8s.io"
QUEUE_LABEL: Final = f"{GROUP}/queue-name"
"""On a Job: the LocalQueue that it waits in."""
PRIORITY_LABEL: Final = f"{GROUP}/priority-class"
"""On a Job: its WorkloadPriorityClass."""
PRIORITIES: Final = {"low": 100, "high": 1000}
FLAVOR: Final = "default"
USER: Final = 65532
PROGRAM: Final = "manager"
"""Path, in the image, of the command that the chart starts."""


@dataclass(frozen=True)
class Kueue:
    """Installs it, and creates queues."""

    kubectl: Kubectl
    """In its namespace."""
    helm: Helm
    """Likewise."""
    cluster: Cluster

    @classmethod
    def of(cls, cluster: Cluster, helm: Path) -> Kueue:
        """Return the one of a cluster, installed or not; `helm` is the program."""
        return cls(cluster.kubectl.within(NAMESPACE), Helm(helm, cluster.kubectl.kubeconfig, NAMESPACE), cluster)

    def install(self) -> None:
        """Install it; returns when its webhooks answer."""
        places = self.cluster.places
        tag = parts.version("kueue", "sigs.k8s.io/kueue")
        repository = "localhost/kueue"
        archive = places.state / "kueue.tar"
        write_archive(archive, f"{repository}:{tag}", _layer(parts.program(places, "kueue")), [f"/{PROGRAM}"])
        node.import_image(self.cluster.sandbox, places, archive)
        archive.unlink()
        manager = "controllerManager.manager"
        self.helm(
            "upgrade",
            "--install",
            RELEASE,
            parts.kueue_chart(places),
            "--create-namespace",
            f"--set={manager}.image.repository={repository}",
            f"--set={manager}.image.tag={tag}",
            f"--set={manager}.image.pullPolicy=Never",
            f"--set={manager}.podSecurityContext.runAsUser={USER}",
            f"--set={manager}.resources.requests.cpu=50m",
            f"--set={manager}.resources.requests.memory=128Mi",
            "--set=controllerManager.readinessProbe.initialDelaySeconds=1",
        )
        self.kubectl("rollout", "status", DEPLOYMENT, "--timeout=120s")
        until(self._answers, "Kueue's webhooks", seconds=60, every=0.5)
        self.kubectl.apply(*(_priority_class(name, value) for name, value in PRIORITIES.items()))

    def uninstall(self) -> None:
        """Remove it, with all queues. Jobs that were queued stay suspended.

        Its objects have finalizers, so they are deleted while it runs, and in this order.
        """
        until(self._emptied, "Kueue's objects to be gone", seconds=120)
        self.helm("uninstall", RELEASE, "--ignore-not-found", "--wait")
        self.kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait=false")

    def add_queue(self, kubectl: Kubectl, name: str, *, gpus: int) -> None:
        """Add a LocalQueue to a namespace, with a quota of its own. A Job of a higher priority preempts one of a lower."""
        cluster_queue = f"{kubectl.namespace}-{name}"
        kubectl.apply(_cluster_queue(cluster_queue, gpus), _local_queue(name, cluster_queue))
        kubectl.wait(f"localqueue.{GROUP}", name, _active, "active")

    def remove_queue(self, kubectl: Kubectl, name: str) -> None:
        """Remove a LocalQueue and its quota. The quota lasts until no Job uses it."""
        kubectl("delete", f"localqueue.{GROUP}", name, "--wait=false")
        kubectl("delete", f"clusterqueue.{GROUP}", f"{kubectl.namespace}-{name}", "--wait=false")

    def log(self) -> str:
        """Return what it has logged since its pod started."""
        return self.kubectl("logs", DEPLOYMENT)

    def _emptied(self) -> bool:
        """Delete all queues and workloads. False where a namespace is deleted meanwhile, which takes its own along."""
        try:
            for kind in ("localqueues", "workloads"):
                self.kubectl("delete", f"{kind}.{GROUP}", "--all", "--all-namespaces", "--timeout=60s")
            for kind in ("clusterqueues", "resourceflavors", "workloadpriorityclasses"):
                self.kubectl("delete", f"{kind}.{GROUP}", "--all", "--timeout=60s")
        except KubectlError:
            return False
        return True

    def _answers(self) -> bool:
        """Whether it accepts an object. Its certificate reaches the webhooks a moment after its pod is ready."""
        flavor = {"apiVersion": f"{GROUP}/v1beta2", "kind": "ResourceFlavor", "metadata": {"name": FLAVOR}}
        try:
            self.kubectl.apply(flavor)
        except KubectlError:
            return False
        return True


def _layer(program: Path) -> bytes:
    """Return a tar with the program as the chart expects it."""
    layer = BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        tar.add(program, PROGRAM)
    return layer.getvalue()


def _priority_class(name: str, value: int) -> Manifest:
    return {
        "apiVersion": f"{GROUP}/v1beta2",
        "kind": "WorkloadPriorityClass",
        "metadata": {"name": name},
        "value": value,
    }


def _cluster_queue(name: str, gpus: int) -> Manifest:
    """A quota that is about GPUs; of the rest there is more than enough."""
    quotas = {"cpu": "100", "memory": "1Ti", GPU_RESOURCE: str(gpus)}
    flavor = {"name": FLAVOR, "resources": [{"name": each, "nominalQuota": quota} for each, quota in quotas.items()]}
    return {
        "apiVersion": f"{GROUP}/v1beta2",
        "kind": "ClusterQueue",
        "metadata": {"name": name},
        "spec": {
            "namespaceSelector": {},
            "resourceGroups": [{"coveredResources": [*quotas], "flavors": [flavor]}],
            "preemption": {"withinClusterQueue": "LowerPriority"},
        },
    }


def _local_queue(name: str, cluster_queue: str) -> Manifest:
    return {
        "apiVersion": f"{GROUP}/v1beta2",
        "kind": "LocalQueue",
        "metadata": {"name": name},
        "spec": {"clusterQueue": cluster_queue},
    }


def _active(local_queue: Manifest) -> bool:
    conditions = local_queue.get("status", {}).get("conditions", [])
    return any((condition["type"], condition["status"]) == ("Active", "True") for condition in conditions)
