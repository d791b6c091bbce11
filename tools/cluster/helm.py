"""helm, for one cluster and one namespace, or for none."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cluster.images import ROOT

CHART = ROOT / "charts" / "detector-training"
KUBERNETES = "1.29.0"
"""Version that is rendered for where no cluster is asked: the oldest that the chart allows."""

Manifest = dict[str, Any]


class HelmError(Exception):
    """helm failed; the message is its output."""


@dataclass(frozen=True)
class Helm:
    """Runs helm, for one cluster and one namespace where a kubeconfig is given."""

    program: Path
    kubeconfig: Path | None = None
    namespace: str = "detector-training"

    def __call__(self, *words: str | Path) -> str:
        """What helm prints.

        Raises:
            HelmError: it failed.
        """
        command = [str(self.program), f"--namespace={self.namespace}", *map(str, words)]
        # What a user has set for their own clusters is not for the tests'.
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("HELM_", "KUBE"))}
        if self.kubeconfig is not None:
            command.append(f"--kubeconfig={self.kubeconfig}")
            environment["HOME"] = str(self.kubeconfig.parent)  # its cache of what the API server offers is this cluster's
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if done.returncode:
            raise HelmError(f"helm {' '.join(map(str, words))}: {done.stderr.strip()}")
        return done.stdout

    def render(
        self, *words: str | Path, release: str = "detector-training", chart: Path = CHART, kubernetes: str = KUBERNETES
    ) -> list[Manifest]:
        """Render the manifests of a chart, with more arguments of `helm template`, for a version of Kubernetes."""
        text = self("template", f"--kube-version={kubernetes}", release, chart, *words)
        return [manifest for manifest in yaml.safe_load_all(text) if manifest is not None]
