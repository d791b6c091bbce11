"""The files of a training, on the volume that its pods see."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cluster.images import ROOT
from cluster.kubectl import Kubectl, Manifest
from cluster.objects import DATA
from e2e.manifests import RESTRICTED_CONTAINER

SHELF = "shelf"
"""The pod that mounts the volume where it is not a directory of this machine."""


class Files(Protocol):
    """Paths are from the top of the volume, which has examples/ in it. What is written, every user may write over."""

    def read(self, path: str) -> str:
        """The text of a file."""

    def write(self, path: str, text: str = "") -> None:
        """Writes a file, and creates its directories."""

    def names(self, folder: str) -> list[str]:
        """The names in a directory."""


@dataclass(frozen=True)
class InFolder:
    """The volume is a directory of this machine."""

    folder: Path

    def read(self, path: str) -> str:
        return (self.folder / path).read_text()

    def write(self, path: str, text: str = "") -> None:
        file = self.folder / path
        for parent in reversed(file.relative_to(self.folder).parents[:-1]):
            if not (self.folder / parent).exists():
                (self.folder / parent).mkdir()
                (self.folder / parent).chmod(0o777)
        file.write_text(text)

    def names(self, folder: str) -> list[str]:
        return sorted(path.name for path in (self.folder / folder).iterdir())


@dataclass(frozen=True)
class InPod:
    """The volume is wherever the cluster has it, and a pod of ours has it mounted."""

    kubectl: Kubectl

    @classmethod
    def started(cls, kubectl: Kubectl, volume: Manifest, image: str) -> InPod:
        """Starts the pod, and brings the examples onto the volume."""
        kubectl.create(_shelf(volume, image))
        kubectl("wait", "--for=condition=Ready", f"pod/{SHELF}", "--timeout=180s")
        with subprocess.Popen(["tar", "-C", str(ROOT), "-c", "examples"], stdout=subprocess.PIPE) as packed:
            unpack = kubectl.command("exec", "-i", SHELF, "--", "tar", "-C", DATA, "-x", "--no-same-owner", "-m")
            subprocess.run(unpack, stdin=packed.stdout, check=True)
        return cls(kubectl)

    def read(self, path: str) -> str:
        return self.kubectl("exec", SHELF, "--", "cat", f"{DATA}/{path}")

    def write(self, path: str, text: str = "") -> None:
        script = 'umask 0 && mkdir -p "$(dirname "$0")" && cat > "$0"'
        self.kubectl("exec", "-i", SHELF, "--", "sh", "-c", script, f"{DATA}/{path}", stdin=text)

    def names(self, folder: str) -> list[str]:
        return self.kubectl("exec", SHELF, "--", "ls", f"{DATA}/{folder}").split()


def _shelf(volume: Manifest, image: str) -> Manifest:
    """It runs as the trainers do, so that they may write what it has written."""
    user = {"runAsNonRoot": True, "runAsUser": 65532, "fsGroup": 65532, "seccompProfile": {"type": "RuntimeDefault"}}
    container = {
        "name": SHELF,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["sleep", "infinity"],
        "securityContext": RESTRICTED_CONTAINER,
        "volumeMounts": [{"name": volume["name"], "mountPath": DATA}],
    }
    spec = {"securityContext": user, "containers": [container], "volumes": [volume], "terminationGracePeriodSeconds": 0}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": SHELF}, "spec": spec}
