"""The operator as a process, and what is the same in every benchmark of it."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
from kubernetes.aio.client import ApiClient, CustomObjectsApi

from cluster.images import ROOT
from cluster.up import Cluster
from cluster.waiting import until
from detector_operator.api.resource import API_VERSION, GROUP, KIND, PLURAL, VERSION
from detector_operator.policies.chain import POLICIES
from detector_operator.reconcile.decide import decide
from support import trainings

NAMESPACE = "default"
PORT = 8391
IDLE, QUIET_SECONDS = 0.05, 3.0
"""It has started when it takes less than this share of a processor for so long."""


class Operator:
    """Starts it, kills it, and measures what it uses."""

    def __init__(self, kubeconfig: Path) -> None:
        self._kubeconfig = kubeconfig
        self._process: subprocess.Popen[bytes] | None = None
        self.log = Path(tempfile.mkstemp(prefix="operator-", suffix=".log")[1])

    @classmethod
    def audited(cls, cluster: Cluster) -> Operator:
        """Start one whose requests are in the cluster's audit log, as those of every service account."""
        cluster.credentials.client("operator", "operator", "system:masters", "system:serviceaccounts")
        return cls(cluster.credentials.file("operator.kubeconfig"))

    def start(self) -> float:
        """Starts it; seconds until it is ready."""
        command = [sys.executable, "-m", "detector_trainer.cli", "operator", "--trainer-image=trainer", f"--health-port={PORT}"]
        started = time.monotonic()
        with self.log.open("ab") as log:
            environment = {**os.environ, "KUBECONFIG": str(self._kubeconfig)}
            self._process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        until(_ready, f"the operator; its log is {self.log}", seconds=120)
        return time.monotonic() - started

    def kill(self) -> None:
        """Send SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def resident(self) -> float:
        """MB in memory."""
        return self._status("VmRSS")

    @property
    def most_resident(self) -> float:
        """MB in memory at most until now."""
        return self._status("VmHWM")

    @property
    def cpu(self) -> float:
        """CPU seconds until now."""
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def _pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def _status(self, name: str) -> float:
        lines = Path(f"/proc/{self._pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


async def settled(operator: Operator) -> float:
    """Wait until it has nothing to do. Return since when (time.monotonic)."""
    quiet_since, before = time.monotonic(), operator.cpu
    while time.monotonic() - quiet_since < QUIET_SECONDS:
        await asyncio.sleep(0.25)
        after = operator.cpu
        if after - before > IDLE * 0.25:
            quiet_since = time.monotonic()
        before = after
    return quiet_since


def training(name: str, **spec: Any) -> dict[str, Any]:
    """Return a resource."""
    given = {"pipelineConfig": {"path": "/data/pipeline.config"}, "modelDir": "/data/model", "numSteps": 100, **spec}
    return {"apiVersion": API_VERSION, "kind": KIND, "metadata": {"name": name}, "spec": given}


async def create(client: ApiClient, manifest: dict[str, Any]) -> dict[str, Any]:
    """Creates a resource, and returns it as the API server has it."""
    created: Any = await CustomObjectsApi(client).create_namespaced_custom_object(GROUP, VERSION, NAMESPACE, PLURAL, manifest)
    return dict(created)


def inline_configs(kilobytes: int, kind: str) -> Iterator[dict[str, Any]]:
    """Yield specs with an inline pipeline config each, all different; without one if it is to have no kilobytes.

    Args:
        kilobytes: of 1,000 bytes.
        kind: "real", the official configs one after the other, or "random", which nothing compresses well.
    """
    size, numbers = kilobytes * 1000, random.Random(1)
    official = [path.read_text() for path in sorted((ROOT / "tests/data/official_configs").glob("*.config"))]
    while True:
        if not size:
            yield {}
            continue
        text = f"# {numbers.random()}\n"
        while kind == "real" and len(text) < size:
            text += numbers.choice(official)
        if kind == "random":
            text += numbers.randbytes(size // 2).hex()
        yield {"pipelineConfig": {"inline": text[:size]}}


async def finished(client: ApiClient, count: int, specs: Iterator[dict[str, Any]] | None = None) -> None:
    """Creates resources that ended long ago, with the status that the operator would have written.

    Args:
        client: to create them with.
        count: how many.
        specs: what each has of its own.
    """
    own = itertools.repeat({}) if specs is None else specs

    async def one(number: int) -> None:
        name, manifest = f"finished-{number}", training(f"finished-{number}", **next(own))
        resource = trainings.training(**manifest["spec"])
        for runs in ([trainings.passed()], [trainings.passed(), trainings.train_run(exit_code=0, progress=trainings.at(100))]):
            resource = resource.model_copy(update={"status": decide(resource, runs, trainings.after(100), POLICIES).status})
        status = resource.to_dict()["status"]
        assert status["phase"] == "Succeeded", status
        await create(client, manifest)
        body = [{"op": "add", "path": "/status", "value": status}]
        await CustomObjectsApi(client).patch_namespaced_custom_object_status(
            GROUP, VERSION, NAMESPACE, PLURAL, name, body, _content_type="application/json-patch+json"
        )

    await each(one, count)


def spread(milliseconds: Iterable[float]) -> dict[str, float]:
    """Return the columns of a table of latencies."""
    ordered = sorted(milliseconds)
    return {
        "p50, ms": statistics.median(ordered),
        "p99, ms": ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))],
        "max, ms": ordered[-1],
    }


async def each(one: Any, count: int) -> None:
    """Does something for 0, 1, … with 20 at a time."""
    gate = asyncio.Semaphore(20)

    async def gated(number: int) -> None:
        async with gate:
            await one(number)

    await asyncio.gather(*(gated(number) for number in range(count)))


def _ready() -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
