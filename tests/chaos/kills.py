"""Kills one component after the other, each with SIGKILL, and starts it again."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from chaos.plan import Plan
from cluster import faults, node
from cluster.kubectl import KubectlError
from cluster.operators import Operator
from cluster.up import Cluster
from cluster.waiting import NotInTime, until

ANSWERS_SECONDS = 120.0


@dataclass
class Kills:
    """What was killed until now."""

    plan: Plan
    done: list[tuple[float, str]] = field(default_factory=list)
    """When (time.time), and what."""
    allowed: int = 0
    """How many of the planned kills may be done by now: so that they do not run ahead of the trainings."""
    error: Exception | None = None
    """Why it ended early."""

    @property
    def share(self) -> float:
        """Return how much of the plan is done."""
        return len(self.done) / len(self.plan.kills) if self.plan.kills else 1.0

    @property
    def last(self) -> float:
        """Return when the last one was done (time.time), or 0."""
        return self.done[-1][0] if self.done else 0.0

    @property
    def by_component(self) -> Mapping[str, int]:
        """Return how often each component was killed."""
        return Counter(component for _, component in self.done)

    def run(self, kill: Mapping[str, Callable[[], None]], ends: threading.Event) -> None:
        """Kill according to the plan, or until it is to end. To be run as a thread."""
        try:
            for planned in self.plan.kills:
                while len(self.done) >= self.allowed:
                    if ends.wait(0.1):
                        return
                if ends.wait(planned.pause):
                    return
                self.done.append((time.time(), planned.component))
                kill[planned.component]()
        except Exception as error:  # noqa: BLE001 - the player has to know
            self.error = error


def ways(cluster: Cluster, operator: Operator) -> dict[str, Callable[[], None]]:
    """Return how each component is killed; each returns when it is started again, the API server when it answers."""
    return {
        "operator": lambda: _kill_operator(operator, cluster.places.logs / "chaos-operator.log"),
        "kube-apiserver": lambda: faults.restart_apiserver(cluster),
        "etcd": lambda: faults.restart_etcd(cluster),
        "kubelet": lambda: _restart_kubelet(cluster),
    }


def _kill_operator(operator: Operator, log: Path) -> None:
    """Kill it as soon as it runs: it may not be ready, or be in the middle of its start. What it logged goes with its pod."""

    def killed() -> bool:
        try:
            with suppress(KubectlError), log.open("a") as file:
                file.write(operator.log())
            operator.kill()
        except (KubectlError, NotInTime, ProcessLookupError):  # its pod is just being replaced, or the API server has just begun
            return False
        return True

    until(killed, "a running operator to kill", seconds=ANSWERS_SECONDS, every=0.5)


def _restart_kubelet(cluster: Cluster) -> None:
    """Kill the kubelet; its containers run on. Start it again without waiting for what it does first."""
    faults.kill(cluster, "kubelet")
    node.start_kubelet(cluster.sandbox, cluster.places, cluster.credentials)
