"""From the call that creates a DetectorTraining to its validation Job while 200 trainers flood their logs: `python benchmarks/log_flood.py`.

A real control plane; the trainers run on fake nodes, and another process serves their logs, as fast as they are read: empty lines,
short lines, or progress. Needs root and Go (see tests/cluster).
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import results
import yaml
from aiohttp import web
from kubernetes.aio import config
from kubernetes.aio.client import ApiClient, Configuration
from operator_latency import measured
from operator_process import Operator
from operator_scale import KUBELET_PORT, add_nodes, start_running

from cluster.images import ROOT
from cluster.places import HOST_ADDRESS, Places
from cluster.up import Cluster, control_plane_up, down
from detector_operator.api.resource import GROUP, PLURAL
from detector_trainer.contract import Progress

RUNNING, RESOURCES, RATE = 200, 100, 2.0
LONGEST = 120.0
"""Seconds until the measurement is given up."""
TARGET = "at most 100 ms"
FLOODS = ("newlines", "words", "progress")


def text(kind: str, number: int) -> bytes:
    """What one trainer prints next."""
    if kind == "newlines":
        return b"\n" * 2048
    if kind == "words":
        return b"x\n" * 1024
    steps = range(number * 30, number * 30 + 30)
    return "".join(f"{Progress(step=step, total_steps=2**31, loss=1.0).to_line()}\n" for step in steps).encode()


def serve(folder: Path, kind: str) -> None:
    """Serve the logs of all trainers, until this process is ended."""

    async def log(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        follow = request.query.get("follow") == "true"
        await response.write(Progress(step=1, total_steps=2**31).to_line().encode() + b"\n")
        for number in itertools.count():
            chunk = text(kind, number)
            await response.write(chunk)
            if not follow and number == 0:
                return response
            await asyncio.sleep(0)
        raise AssertionError

    async def main() -> None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(folder / "kubelet-server.crt", folder / "kubelet-server.key")
        application = web.Application()
        application.add_routes([web.get("/containerLogs/{path:.*}", log)])
        runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, HOST_ADDRESS, KUBELET_PORT, ssl_context=context).start()
        await asyncio.Event().wait()

    asyncio.run(main())


@contextmanager
def serving(cluster: Cluster, kind: str) -> Iterator[None]:
    """Serve the logs from a process of their own."""
    process = subprocess.Popen([sys.executable, __file__, "--serve", str(cluster.credentials.folder), "--flood", kind])
    try:
        yield
    finally:
        process.kill()
        process.wait()


async def run(cluster: Cluster, options: argparse.Namespace) -> dict[str, Any]:
    """Measure everything."""
    configuration = Configuration()
    await config.load_kube_config(str(cluster.places.kubeconfig), client_configuration=configuration)  # type: ignore[no-untyped-call]
    operator = Operator.audited(cluster)
    try:
        async with ApiClient(configuration) as client:
            await asyncio.to_thread(operator.start)
            quiet = await _row("no trainer", client, operator, options)
            with serving(cluster, options.flood):
                starting = asyncio.create_task(start_running(client, options.running, itertools.repeat({})))
                await asyncio.wait([starting], timeout=LONGEST)
                if not starting.done():
                    starting.cancel()
                    print(f"after {LONGEST:.0f} s the operator has not seen all trainers run")
                await asyncio.sleep(options.settle)
                flooded = await _row(f"{options.running} trainers that print {options.flood}", client, operator, options)
    finally:
        operator.kill()
    return {"no trainer": quiet, f"{options.running} trainers, {options.flood}": flooded}


async def _row(name: str, client: ApiClient, operator: Operator, options: argparse.Namespace) -> dict[str, float]:
    """Measure a row of the table, and print it."""
    before, began = operator.cpu, time.monotonic()
    try:
        times = sorted(await asyncio.wait_for(_measured(client, name, options), LONGEST))
    except TimeoutError:
        times = [float("inf")]
    used = (operator.cpu - before) / (time.monotonic() - began)
    numbers = {
        "p50, ms": times[len(times) // 2],
        "p99, ms": times[min(len(times) - 1, int(len(times) * 0.99))],
        "max, ms": times[-1],
        "processors used": used,
        "resident, MB": operator.resident,
    }
    print(f"| {name} | {' | '.join(f'{number:.2f}' for number in numbers.values())} | {TARGET} |", flush=True)
    return {key: round(number, 2) for key, number in numbers.items()}


async def _measured(client: ApiClient, name: str, options: argparse.Namespace) -> list[float]:
    prefix = "quiet" if name == "no trainer" else "flooded"  # no name comes twice
    return await measured(client, options.resources, options.rate, prefix)


def main() -> None:
    """Bring a control plane up and measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--running", type=int, default=RUNNING)
    parser.add_argument("--resources", type=int, default=RESOURCES)
    parser.add_argument("--rate", type=float, default=RATE, help="resources a second")
    parser.add_argument(
        "--settle", type=float, default=20.0, help="seconds between the start of the trainers and the measurement"
    )
    parser.add_argument("--flood", choices=FLOODS, default="newlines")
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.flood)
        return
    places = Places.default()
    cluster = control_plane_up(places)
    try:
        cluster.kubectl.apply(*yaml.safe_load_all((ROOT / "crds/detectortrainings.yaml").read_text()))
        cluster.kubectl("wait", "--for=condition=Established", f"crd/{PLURAL}.{GROUP}")
        add_nodes(cluster)
        print(
            "| load | p50, ms | p99, ms | max, ms | processors used | resident, MB | target of p99 |\n|---|---|---|---|---|---|---|"
        )
        results.write("log_flood", asyncio.run(run(cluster, options)))
    finally:
        down(places)


if __name__ == "__main__":
    main()
