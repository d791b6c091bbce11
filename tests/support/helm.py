"""helm, for tests of the chart and for those that install it."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from cluster.parts import NotBuilt, program
from cluster.places import Places

CHART = Path(__file__).parents[2] / "charts" / "detector-training"
KUBERNETES = "1.29.0"
"""Version that is rendered for where no cluster is asked: the oldest that the chart allows."""

Manifest = dict[str, Any]


class HelmError(Exception):
    """helm failed; the message is what it said."""


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

    def render(self, *words: str | Path, release: str = "detector-training", chart: Path = CHART) -> list[Manifest]:
        """The manifests of a chart. `words` are more arguments of `helm template`."""
        text = self("template", f"--kube-version={KUBERNETES}", release, chart, *words)
        return [manifest for manifest in yaml.safe_load_all(text) if manifest is not None]


def find_helm() -> Path:
    """The path of helm, built if need be. Skips the test where it can be neither built nor found, which in CI is a failure."""
    places = Places.default()
    try:
        with _one_at_a_time(places.cache / "helm.lock"):
            return program(places, "helm")
    except NotBuilt:
        if shutil.which("go") is not None:
            raise
    installed = shutil.which("helm")
    if installed is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("helm is not installed, and cannot be built: Go is not installed")
    return Path(installed)


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    """The tests run in several processes, and one of them builds."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
