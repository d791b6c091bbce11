"""The operator as a process of this machine: quick to start, and to kill."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from cluster.kubectl import Kubectl
from cluster.waiting import until


class Operator:
    """Starts it, kills it, and has its log."""

    def __init__(self, kubectl: Kubectl, trainer_image: str) -> None:
        self._kubectl, self._trainer_image = kubectl, trainer_image
        self._process: subprocess.Popen[bytes] | None = None
        self._port = _free_port()
        self.log = Path(tempfile.mkstemp(prefix="operator-", suffix=".log")[1])

    def start(self) -> None:
        """Starts it; returns when it is ready."""
        command = [sys.executable, "-m", "detector_trainer.cli", "operator", f"--trainer-image={self._trainer_image}"]
        command += ["--image-pull-policy=IfNotPresent", f"--health-port={self._port}"]
        with self.log.open("ab") as log:
            environment = {**os.environ, "KUBECONFIG": str(self._kubectl.kubeconfig)}
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        until(self.ready, f"the operator; its log is {self.log}", seconds=30)

    @property
    def pid(self) -> int:
        """Its process."""
        assert self._process is not None
        return self._process.pid

    def ready(self) -> bool:
        """Whether it says so itself."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/readyz", timeout=5) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        """SIGKILL."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, as Kubernetes ends a pod."""
        self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(timeout=30)
            self._process = None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
