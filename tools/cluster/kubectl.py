"""kubectl, for one cluster and one namespace."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cluster.waiting import until

Manifest = dict[str, Any]
INTERVAL_SECONDS = 0.25
"""Starting kubectl takes a processor for a tenth of a second, and what is waited for needs it too."""


class KubectlError(Exception):
    """kubectl failed; the message is its output."""


@dataclass(frozen=True)
class Kubectl:
    """Runs kubectl."""

    program: str
    kubeconfig: Path
    namespace: str = "default"

    def within(self, namespace: str) -> Kubectl:
        """Return the same for another namespace."""
        return replace(self, namespace=namespace)

    def command(self, *words: str) -> list[str]:
        """Return the command line, for callers that pass a stream to it."""
        return [self.program, f"--kubeconfig={self.kubeconfig}", f"--namespace={self.namespace}", *words]

    def __call__(self, *words: str, stdin: str | None = None) -> str:
        """What kubectl prints.

        Raises:
            KubectlError: it failed.
        """
        command, environment = self.command(*words), self._environment()
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, env=environment, check=False)
        if done.returncode:
            raise KubectlError(f"kubectl {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def lines(self, *words: str) -> Generator[str, None, None]:
        """Yield what kubectl prints, line by line. It is ended when the generator is closed."""
        with subprocess.Popen(self.command(*words), stdout=subprocess.PIPE, text=True, env=self._environment()) as running:
            try:
                yield from map(str.rstrip, running.stdout or ())
            finally:
                running.kill()

    def apply(self, *manifests: Manifest) -> None:
        """Apply server-side."""
        text = "\n---\n".join(json.dumps(manifest) for manifest in manifests)
        self("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=text)

    def create(self, *manifests: Manifest) -> None:
        """Creates what is not there yet."""
        self("create", "-f", "-", stdin="\n---\n".join(json.dumps(manifest) for manifest in manifests))

    def get(self, kind: str, name: str) -> Manifest | None:
        """Get an object; None if it does not exist."""
        text = self("get", kind, name, "--output=json", "--ignore-not-found")
        return json.loads(text) if text.strip() else None

    def list(self, kind: str, selector: str = "") -> list[Manifest]:
        """List the objects of a kind."""
        items: list[Manifest] = json.loads(self("get", kind, f"--selector={selector}", "--output=json"))["items"]
        return items

    def wait(self, kind: str, name: str, condition: Callable[[Manifest], Any], what: str, *, seconds: float = 60) -> Manifest:
        """Return the object, once it exists and the condition holds.

        Raises:
            NotInTime: it does not.
        """

        def look() -> Manifest | None:
            found = self.get(kind, name)
            return found if found is not None and condition(found) else None

        return until(look, f"{kind}/{name} to be {what}", seconds=seconds, every=INTERVAL_SECONDS)

    def _environment(self) -> dict[str, str]:
        """HOME: its cache of what the API server offers is this cluster's."""
        return {**os.environ, "HOME": str(self.kubeconfig.parent)}

    def story(self) -> str:
        """Describe everything in a namespace: for when a test has failed."""
        parts = []
        for words in (
            ("get", "jobs,pods", "-o", "wide"),
            ("get", "detectortrainings", "-o", "yaml"),
            ("describe", "jobs,pods"),
            ("events",),
        ):
            try:
                parts.append(f"$ kubectl {' '.join(words)}\n{self(*words)}")
            except KubectlError as error:
                parts.append(str(error))
        for pod in self.list("pods"):
            name = pod["metadata"]["name"]
            try:
                parts.append(f"$ kubectl logs {name}\n{self('logs', name, '--all-containers', '--tail=60', '--prefix')}")
            except KubectlError as error:
                parts.append(str(error))
        return "\n".join(parts)
