"""From the call that creates a DetectorTraining to its validation Job, on a real control plane: `python benchmarks/operator_latency.py`.

No node: nothing runs, and what is measured is the operator and the API server. Needs root and Go (see tests/cluster).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from kubernetes.aio import config, watch
from kubernetes.aio.client import ApiClient, BatchV1Api, Configuration, CustomObjectsApi

from cluster.images import ROOT
from cluster.places import Places
from cluster.up import control_plane_up, down
from e2e.operators import Operator

LOADS = ((60, 3.0), (200, 20.0))
"""Resources, and how many a second."""
FINISHED = 2000
GROUP, VERSION, PLURAL = "detector-training.io", "v1alpha1", "detectortrainings"


def training(name: str) -> dict[str, Any]:
    """A resource."""
    spec = {"pipelineConfig": {"path": "/data/pipeline.config"}, "modelDir": "/data/model", "numSteps": 100}
    return {"apiVersion": f"{GROUP}/{VERSION}", "kind": "DetectorTraining", "metadata": {"name": name}, "spec": spec}


async def measured(client: ApiClient, count: int, rate: float) -> list[float]:
    """Milliseconds for each resource."""
    created: dict[str, float] = {}
    seen: dict[str, float] = {}
    prefix = f"load-{count}-{rate:g}"
    ready = asyncio.Event()

    async def look() -> None:
        async with watch.Watch() as events:
            ready.set()
            async for event in events.stream(BatchV1Api(client).list_namespaced_job, "default", timeout_seconds=600):
                name = event["object"].metadata.name.removesuffix("-validate-1")
                if name.startswith(prefix):
                    seen.setdefault(name, time.perf_counter())
                if len(seen) == count:
                    return

    async def create(name: str) -> None:
        created[name] = time.perf_counter()
        await CustomObjectsApi(client).create_namespaced_custom_object(GROUP, VERSION, "default", PLURAL, training(name))

    looking = asyncio.create_task(look())
    await ready.wait()
    await asyncio.sleep(1)  # the watch is open
    started, tasks = time.perf_counter(), []
    for number in range(count):
        await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(create(f"{prefix}-{number}")))
    await asyncio.gather(*tasks)
    await asyncio.wait_for(looking, 120)
    return [(seen[name] - created[name]) * 1000 for name in created]


async def finish(client: ApiClient, count: int) -> None:
    """Resources that ended long ago."""
    custom, gate = CustomObjectsApi(client), asyncio.Semaphore(20)
    status = {"observedGeneration": 1, "specGeneration": 1, "phase": "Succeeded", "conditions": []}

    async def one(number: int) -> None:
        async with gate:
            name = f"finished-{number}"
            await custom.create_namespaced_custom_object(GROUP, VERSION, "default", PLURAL, training(name))
            body = [{"op": "add", "path": "/status", "value": status}]
            await custom.patch_namespaced_custom_object_status(
                GROUP, VERSION, "default", PLURAL, name, body, _content_type="application/json-patch+json"
            )

    await asyncio.gather(*(one(number) for number in range(count)))


def used(pid: int) -> tuple[float, float]:
    """Resident MB, and CPU seconds so far."""
    status = Path(f"/proc/{pid}/status").read_text()
    resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return resident, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def row(name: str, times: list[float]) -> None:
    """A row of the table."""
    ordered = sorted(times)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    print(f"| {name} | {statistics.median(ordered):.0f} | {p99:.0f} | {ordered[-1]:.0f} |", flush=True)


async def run(kubeconfig: Path, operator: Operator, finished: int) -> None:
    """Measures everything."""
    configuration = Configuration()
    await config.load_kube_config(str(kubeconfig), client_configuration=configuration)
    async with ApiClient(configuration) as client:
        operator.start()
        print("| load | p50, ms | p99, ms | max, ms |\n|---|---|---|---|")
        for count, rate in LOADS:
            row(f"{count} resources at {rate:g}/s", await measured(client, count, rate))
        print(f"\nThe operator after that: {used(operator.pid)[0]:.0f} MB resident.")
        await finish(client, finished)
        operator.kill()
        started = time.perf_counter()
        operator.start()
        ready = time.perf_counter() - started
        await measured(client, 1, 1)
        first = time.perf_counter() - started - 1
        print(
            f"With {finished:,} finished ones: ready {ready:.1f} s after it starts, a new one served within {first:.1f} s; ",
            end="",
        )
        before = used(operator.pid)[1]
        await asyncio.sleep(60)
        resident, after = used(operator.pid)
        print(f"{resident:.0f} MB resident, {(after - before) / 60:.1%} of a core when nothing happens.")


def main() -> None:
    """Brings a control plane up and measures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--finished", type=int, default=FINISHED)
    options = parser.parse_args()
    places = Places.default()
    cluster = control_plane_up(places)
    operator = Operator(cluster.kubectl, "trainer")
    try:
        cluster.kubectl.apply(*yaml.safe_load_all((ROOT / "crds/detectortrainings.yaml").read_text()))
        cluster.kubectl("wait", "--for=condition=Established", f"crd/{PLURAL}.{GROUP}")
        asyncio.run(run(places.kubeconfig, operator, options.finished))
    finally:
        operator.kill()
        down(places)


if __name__ == "__main__":
    main()
