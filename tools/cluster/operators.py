"""The operator, installed with the Helm chart as users install it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cluster import faults
from cluster.helm import CHART, Helm
from cluster.kubectl import Kubectl, Manifest
from cluster.objects import restricted_namespace
from cluster.up import Cluster
from cluster.waiting import until

NAMESPACE, RELEASE = "detector-training-system", "detector-training"
DEPLOYMENT = f"deployment/{RELEASE}"
SELECTOR = f"app.kubernetes.io/instance={RELEASE}"


@dataclass(frozen=True)
class Operator:
    """Installs, pauses and kills it."""

    kubectl: Kubectl
    """In the operator's namespace."""
    helm: Helm
    """Likewise."""
    cluster: Cluster | None
    """None: it is not ours to break."""

    @classmethod
    def of(cls, kubectl: Kubectl, helm: Path, cluster: Cluster | None) -> Operator:
        """Return the one of a cluster, installed or not; `helm` is the program."""
        return cls(kubectl.within(NAMESPACE), Helm(helm, kubectl.kubeconfig, NAMESPACE), cluster)

    def install(self, image: str, trainer_image: str, *words: str) -> str:
        """Installs or upgrades it, waits until it is available, and returns the output of helm.

        Args:
            image: the operator's, with its tag.
            trainer_image: likewise.
            words: more arguments of helm, for example other values.
        """
        repository, _, tag = image.rpartition(":")
        self.kubectl.apply(restricted_namespace(NAMESPACE))
        said = self.helm(
            "upgrade",
            "--install",
            RELEASE,
            CHART,
            # The CRD may be there already, applied by kubectl.
            "--take-ownership",
            f"--set=image.repository={repository}",
            f"--set=image.tag={tag}",
            "--set=image.pullPolicy=IfNotPresent",
            f"--set=trainer.image={trainer_image}",
            "--set=trainer.imagePullPolicy=IfNotPresent",
            *words,
        )
        self._wait_until_available()
        return said

    def uninstall(self) -> None:
        """Removes it; the CRD and every training stay."""
        self.helm("uninstall", RELEASE, "--ignore-not-found", "--wait")
        self.kubectl("delete", "namespace", NAMESPACE, "--ignore-not-found", "--wait=false")

    def start(self) -> None:
        """Starts it again; returns when it is available."""
        self.kubectl("scale", DEPLOYMENT, "--replicas=1")
        self._wait_until_available()

    def stop(self) -> None:
        """Scales it to none, as an administrator does; returns when its pod is gone."""
        self.kubectl("scale", DEPLOYMENT, "--replicas=0")
        until(lambda: not self._pods(), "the end of the operator's pod", seconds=60)

    def kill(self) -> None:
        """Kills it, at any moment; another pod takes its place.

        SIGKILL where the cluster is ours, and the pod is deleted then: the kubelet would wait longer each time before it starts
        a killed container again.
        """
        pod = until(self._running, "a running operator", seconds=60)
        name = pod["metadata"]["name"]
        if self.cluster is None:
            self.kubectl("delete", "pod", name, "--force", "--grace-period=0")
            return
        faults.kill_containers(self.cluster, pod)
        self.kubectl("delete", "pod", name, "--grace-period=1", "--wait=false")

    def log(self) -> str:
        """Read its log since its pod started."""
        return self.kubectl("logs", DEPLOYMENT)

    def _wait_until_available(self) -> None:
        self.kubectl("rollout", "status", DEPLOYMENT, "--timeout=120s")

    def _running(self) -> Manifest | None:
        def runs(pod: Manifest) -> bool:
            states = pod["status"].get("containerStatuses", [])
            return "deletionTimestamp" not in pod["metadata"] and any("running" in status["state"] for status in states)

        return next(filter(runs, self._pods()), None)

    def _pods(self) -> list[Manifest]:
        return self.kubectl.list("pods", SELECTOR)
