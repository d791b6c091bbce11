"""A namespace with the examples on a volume, and trainings in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cluster.kubectl import Kubectl, Manifest
from cluster.objects import DATA, pets
from e2e.files import Files

PETS = f"{DATA}/examples/pets"


@dataclass(frozen=True)
class Workspace:
    """Applies trainings and waits for them."""

    kubectl: Kubectl
    files: Files
    volume: Manifest
    fake_trainer: str

    def training(
        self, name: str = "pets", *, fake: dict[str, str] | None = None, trainer: Manifest | None = None, **spec: Any
    ) -> Manifest:
        """A valid training of examples/pets on the CPU. `fake` sets how the fake trainer behaves."""
        manifest = pets(self.volume, name)
        env = [{"name": key, "value": value} for key, value in (fake or {}).items()]
        manifest["spec"]["trainer"] |= {"image": self.fake_trainer, "env": env, **(trainer or {})}
        manifest["spec"] |= spec
        return manifest

    def apply(self, manifest: Manifest) -> None:
        """Applies it, as GitOps does."""
        self.kubectl.apply(manifest)

    def wait(self, condition: Callable[[Manifest], Any], what: str, *, name: str = "pets", seconds: float = 90) -> Manifest:
        """The status, once the condition holds for it."""
        found = self.kubectl.wait("detectortraining", name, lambda dt: condition(dt.get("status", {})), what, seconds=seconds)
        status: Manifest = found["status"]
        return status

    def wait_for_phase(self, *phases: str, name: str = "pets", seconds: float = 90) -> Manifest:
        """The status, once the phase is one of these."""
        return self.wait(lambda status: status.get("phase") in phases, " or ".join(phases), name=name, seconds=seconds)

    def jobs(self) -> list[str]:
        """Names of all Jobs."""
        return sorted(job["metadata"]["name"] for job in self.kubectl.list("jobs"))

    def pods(self, selector: str = "") -> list[Manifest]:
        """The pods of the trainings."""
        return self.kubectl.list("pods", ",".join(filter(None, ("app.kubernetes.io/managed-by=detector-training", selector))))

    def events(self, name: str = "pets") -> list[tuple[str, str]]:
        """Type and reason of the resource's events, in their order."""
        found = [event for event in self.kubectl.list("events") if event["involvedObject"].get("name") == name]
        ours = [event for event in found if event["involvedObject"].get("kind") == "DetectorTraining"]
        return [
            (event["type"], event["reason"])
            for event in sorted(ours, key=lambda event: int(event["metadata"]["resourceVersion"]))
        ]


def condition(status: Manifest, kind: str) -> Manifest:
    """A condition of a status; empty if it is not there."""
    return next((found for found in status.get("conditions", []) if found["type"] == kind), {})
