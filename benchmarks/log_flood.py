"""From the call that creates a DetectorTraining to its validation Job while 200 trainers flood their logs: `python benchmarks/log_flood.py`.

A real control plane; the trainers run on fake nodes, and another process serves their logs, as fast as they are read: empty lines,
short lines, or progress. Needs root and Go (see tools/cluster).

`--loopback`: without a control plane; measured is how late the event loop is, and how many reconciles there are.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import logging
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import results
import yaml
from aiohttp import web
from kubernetes.aio import config
from kubernetes.aio.client import ApiClient, Configuration
from operator_latency import measured
from operator_process import NAMESPACE, Operator, spread
from operator_scale import KUBELET_PORT, add_nodes, start_running

from cluster.images import ROOT
from cluster.places import HOST_ADDRESS, Places
from cluster.up import Cluster, control_plane_up, down
from cluster.waiting import until
from detector_operator.api.resource import GROUP, PLURAL
from detector_operator.controller.api_server import ApiServer
from detector_operator.controller.connection import _Rest
from detector_operator.controller.log_reader import LogReader
from detector_operator.controller.store import NamespacedName
from detector_operator.controller.workqueue import WorkQueue
from detector_operator.reconcile.runs import Run, RunKind, RunState
from detector_operator.reconcile.status_throttle import PROGRESS_INTERVAL
from detector_trainer.contract import Progress

RUNNING, RESOURCES, RATE = 200, 100, 2.0
LONGEST = 120.0
"""Seconds until the measurement is given up."""
LOOPBACK = "127.0.0.1"
TARGET = "at most 100 ms"
FLOODS = ("newlines", "words", "progress")


def text(kind: str, number: int) -> bytes:
    """Return what one trainer prints next."""
    if kind == "newlines":
        return b"\n" * 2048
    if kind == "words":
        return b"x\n" * 1024
    steps = range(number * 30, number * 30 + 30)
    return "".join(f"{Progress(step=step, total_steps=2**31, loss=1.0).to_line()}\n" for step in steps).encode()


def serve(folder: Path | None, kind: str) -> None:
    """Serve the logs of all trainers, until this process is ended. Without a directory of certificates, for `--loopback`.

    At the lowest priority: on a cluster other machines do this.
    """
    os.nice(19)
    with suppress(OSError):  # where a session has a share of the processors of its own, the priority of a process has no effect
        Path("/proc/self/autogroup").write_text("19")

    async def log(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        follow = request.query.get("follow") == "true"
        await response.write(Progress(step=1, total_steps=2**31).to_line().encode() + b"\n")
        with suppress(ConnectionError):  # nobody reads it any more
            for number in itertools.count():
                await response.write(text(kind, number))
                if not follow and number == 0:
                    break
                await asyncio.sleep(0)
        return response

    async def main() -> None:
        context = None
        if folder is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(folder / "kubelet-server.crt", folder / "kubelet-server.key")
        application = web.Application()
        application.add_routes([web.get("/{path:.*}", log)])
        runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, LOOPBACK if context is None else HOST_ADDRESS, KUBELET_PORT, ssl_context=context).start()
        await asyncio.Event().wait()

    asyncio.run(main())


@contextmanager
def serving(cluster: Cluster | None, kind: str) -> Iterator[None]:
    """Serve the logs from a process of their own."""
    folder = str(cluster.credentials.folder) if cluster is not None else "-"
    process = subprocess.Popen(
        [sys.executable, __file__, "--serve", folder, "--flood", kind], start_new_session=True, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


async def loopback(options: argparse.Namespace) -> dict[str, Any]:
    """Follow the logs, and measure the event loop meanwhile."""
    configuration, reconciled = Configuration(), [0]
    configuration.host = f"http://{LOOPBACK}:{KUBELET_PORT}"

    async def reconcile(_: NamespacedName) -> None:
        reconciled[0] += 1

    runs = {
        NamespacedName(NAMESPACE, f"t{number}"): Run(
            kind=RunKind.TRAINING, attempt=1, generation=1, state=RunState.RUNNING, pod=f"t{number}-train-1-x"
        )
        for number in range(options.running)
    }
    logger = logging.getLogger("log_flood")
    async with ApiClient(configuration) as client:
        client.rest_client = _Rest(configuration)
        queue = WorkQueue(reconcile, logger)
        paced = partial(queue.add_rate_limited, seconds=PROGRESS_INTERVAL.total_seconds())
        reader = LogReader(ApiServer(client), queue.add, lambda: datetime.now(UTC), logger, on_progress=paced)
        for key, run in runs.items():
            reader.follow(key, [run])
        late: list[float] = []
        turns: list[float] = []
        began, cpu = time.monotonic(), time.process_time()
        while time.monotonic() < began + options.seconds:
            due, before = time.monotonic() + 0.01, time.process_time()
            await asyncio.sleep(0.01)
            late.append((time.monotonic() - due) * 1000)
            turns.append((time.process_time() - before) * 1000)
        used = (time.process_time() - cpu) / (time.monotonic() - began)
        await queue.close()
        await reader.close()
        await client.rest_client.close()
    late.sort()
    turns.sort()
    numbers = {
        "event loop late, mean ms": sum(late) / len(late),
        "p99, ms": late[int(len(late) * 0.99)],
        "max, ms": late[-1],
        "CPU ms until the next timer, p99": turns[int(len(turns) * 0.99)],
        "max": turns[-1],
        "reconciles": reconciled[0],
        "processors used": used,
    }
    print(f"| {options.flood} | {' | '.join(f'{number:.1f}' for number in numbers.values())} |", flush=True)
    return {key: round(number, 2) for key, number in numbers.items()}


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
        times = await asyncio.wait_for(_measured(client, name, options), LONGEST)
    except TimeoutError:
        times = [float("inf")]
    used = (operator.cpu - before) / (time.monotonic() - began)
    numbers = {**spread(times), "processors used": used, "resident, MB": operator.resident}
    print(f"| {name} | {' | '.join(f'{number:.2f}' for number in numbers.values())} | {TARGET} |", flush=True)
    return {key: round(number, 2) for key, number in numbers.items()}


async def _measured(client: ApiClient, name: str, options: argparse.Namespace) -> list[float]:
    prefix = "quiet" if name == "no trainer" else "flooded"  # no name comes twice
    return await measured(client, options.resources, options.rate, prefix)


def _listening() -> bool:
    try:
        socket.create_connection((LOOPBACK, KUBELET_PORT), timeout=5).close()
    except OSError:
        return False
    return True


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
    parser.add_argument("--loopback", action="store_true", help="without a control plane")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long to measure, with --loopback")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(None if options.serve == "-" else Path(options.serve), options.flood)
        return
    if options.loopback:
        with serving(None, options.flood):
            until(_listening, "the logs to be served", seconds=60)
            results.write("log_flood_loopback", asyncio.run(loopback(options)))
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
