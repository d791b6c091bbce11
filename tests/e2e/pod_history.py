"""Every training pod that a namespace ever had, by a watch: a pod that came and went between two looks is in it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cluster.kubectl import Kubectl
from cluster.waiting import until

SELECTOR = "detector-training.io/run=train"
LINE = "{.type} {.object.metadata.name} {.object.status.phase} {.object.spec.nodeName}{'\\n'}"


@dataclass(frozen=True)
class PodHistory:
    """What the watch has seen."""

    kubectl: Kubectl
    file: Path

    @classmethod
    @contextmanager
    def recorded(cls, kubectl: Kubectl, file: Path) -> Iterator[PodHistory]:
        """Watch, until the context ends."""
        command = kubectl.command(
            "get", "pods", f"--selector={SELECTOR}", "--watch", "--output-watch-events", f"--output=jsonpath={LINE}"
        )
        environment = {**os.environ, "HOME": str(kubectl.kubeconfig.parent)}
        with file.open("w") as output, subprocess.Popen(command, stdout=output, env=environment) as watch:
            try:
                yield cls(kubectl, file)
            finally:
                watch.kill()

    def pods(self, name: str) -> list[str]:
        """Return the names of all pods that ever trained for a DetectorTraining, in their order, without their random ends."""
        return [pod.rpartition("-")[0] for pod in dict.fromkeys(pod for _, pod, *_ in self._events()) if _belongs(pod, name)]

    def most_at_once(self, name: str) -> int:
        """Return how many pods of a DetectorTraining were on a node, and had not ended, at the same time."""
        live: set[str] = set()
        most = 0
        for kind, pod, phase, node in self._events():
            if kind != "DELETED" and phase in ("Pending", "Running") and node and _belongs(pod, name):
                live.add(pod)
            else:
                live.discard(pod)
            most = max(most, len(live))
        return most

    def _events(self) -> list[tuple[str, str, str, str]]:
        """Return what the watch has seen, once it has seen every pod that exists."""
        there = {pod["metadata"]["name"] for pod in self.kubectl.list("pods", SELECTOR)}

        def read() -> list[tuple[str, str, str, str]] | None:
            whole_lines = self.file.read_text().rpartition("\n")[0]
            events = [_parsed(line) for line in whole_lines.splitlines()]
            return events if there <= {pod for _, pod, *_ in events} else None

        return until(read, "the watch of the pods", seconds=10)


def _parsed(line: str) -> tuple[str, str, str, str]:
    kind, pod, phase, *node = line.split()
    return kind, pod, phase, "".join(node)


def _belongs(pod: str, name: str) -> bool:
    return pod.startswith(f"{name}-train-")
