"""What the operator uses with 2,000 finished and 200 running trainings: `python benchmarks/operator_scale.py`.

A real control plane; the trainers run on fake nodes, and this program serves their logs. Measured: how long a cold start takes, its memory, and
its CPU time and its requests in a minute: while the trainers are silent, and while all of them report progress. Requests are counted
in the API server's audit log by the user agent. `--no-logs`: nobody serves logs. `--inline-kb 100`: each resource has an inline
pipeline config of 100 kB, of real configs or, with `--inline-text random`, of text that does not compress. Needs root and Go (see
tools/cluster).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import results
import yaml
from aiohttp import web
from kubernetes.aio import config
from kubernetes.aio.client import ApiClient, Configuration, CoreV1Api, CustomObjectsApi
from operator_process import NAMESPACE, Operator, create, each, finished, inline_configs, settled, training

from cluster import fake_nodes
from cluster.images import ROOT
from cluster.parts import program
from cluster.places import HOST_ADDRESS, Places
from cluster.up import Cluster, control_plane_up, down
from cluster.waiting import until
from detector_operator.api.resource import GROUP, PLURAL, VERSION
from detector_trainer.contract import Progress

FINISHED, RUNNING, NODES = 2000, 200, 4
AGENT = "detector-training/"
KUBELET_PORT = 10247
STEP_EVERY, STEPS = 10.0, 6
"""Seconds between two reports of progress, and how many."""
TARGETS = {"cold start, s": 10, "resident, MB": 150, "most resident, MB": 150}


class Trainers:
    """What the trainers print, the same for all. The API server reads it from here, as from a kubelet."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._more = asyncio.Condition()

    @asynccontextmanager
    async def served(self, cluster: Cluster) -> AsyncIterator[None]:
        """Serves the log of every container."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        file = cluster.credentials.file
        context.load_cert_chain(file("kubelet-server.crt"), file("kubelet-server.key"))
        application = web.Application()
        application.add_routes([web.get("/containerLogs/{path:.*}", self._log)])
        runner = web.AppRunner(application, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
        await runner.setup()
        try:
            await web.TCPSite(runner, HOST_ADDRESS, KUBELET_PORT, ssl_context=context).start()
            yield
        finally:
            await runner.cleanup()

    async def report(self, step: int) -> None:
        """Let all trainers take a step, and log it."""
        line = Progress(step=step, total_steps=100, loss=1 / step, steps_per_second=0.1, time=round(time.time(), 3)).to_line()
        async with self._more:
            self._lines.append(line)
            self._more.notify_all()

    async def _log(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        told = 0
        while True:
            for line in self._lines[told:]:
                await response.write(f"{line}\n".encode())
                told += 1
            if request.query.get("follow") != "true":
                return response
            async with self._more:
                await self._more.wait_for(lambda: len(self._lines) > told)  # noqa: B023


def add_nodes(cluster: Cluster) -> None:
    """Fake nodes, on which pods of Jobs run forever."""
    stages = yaml.safe_load_all(program(cluster.places, "kwok").with_name("stages.yaml").read_text())
    file = cluster.places.state / "kwok.yaml"
    file.write_text(yaml.safe_dump_all([stage for stage in stages if stage["metadata"]["name"] != "pod-complete"]))
    cluster.sandbox.spawn(
        "kwok",
        [
            program(cluster.places, "kwok"),
            f"--kubeconfig={cluster.credentials.file('kwok.kubeconfig')}",
            "--manage-all-nodes=false",
            f"--manage-nodes-with-annotation-selector={fake_nodes.ANNOTATION}=fake",
            f"--config={file}",
            f"--node-ip={HOST_ADDRESS}",
            f"--node-port={KUBELET_PORT}",
            "--node-lease-duration-seconds=40",
        ],
    )
    until(lambda: cluster.sandbox.processes("kwok"), "kwok", seconds=30)
    fake_nodes.add(cluster, NODES)


@dataclass(frozen=True)
class Request:
    """A line of the audit log."""

    received: datetime
    verb: str
    what: str
    code: int
    followed: str | None
    """The pod whose log was followed."""


def requests(places: Places) -> Iterator[Request]:
    """Count the requests of the operator that have been answered."""
    for line in (places.logs / "audit.log").read_text().splitlines():
        event = json.loads(line)
        if not event.get("userAgent", "").startswith(AGENT):
            continue
        about = event.get("objectRef", {})
        parts = (about.get("resource"), about.get("subresource"))
        yield Request(
            received=datetime.fromisoformat(event["requestReceivedTimestamp"]),
            verb=event["verb"],
            what="/".join(filter(None, parts)) or event["requestURI"],
            code=event.get("responseStatus", {}).get("code", 0),
            followed=about.get("name") if "follow=true" in event["requestURI"] else None,
        )


def now() -> datetime:
    """Return the time with a time zone, as in the audit log."""
    return datetime.now().astimezone()


async def start_running(client: ApiClient, count: int, specs: Iterator[dict[str, Any]]) -> None:
    """Let the operator start trainings, and wait until it has seen all of them run."""
    trainer = {"gpus": 0, "tolerations": [fake_nodes.TOLERATION]}

    def manifest(number: int) -> dict[str, Any]:
        return training(f"running-{number}", trainer=trainer, validation={"policy": "Skip"}, **next(specs))

    await each(lambda number: create(client, manifest(number)), count)
    while True:
        listed: Any = await CustomObjectsApi(client).list_namespaced_custom_object(GROUP, VERSION, NAMESPACE, PLURAL)
        seen = [one for one in listed["items"] if one["metadata"]["name"].startswith("running-")]
        phases = Counter(one.get("status", {}).get("phase") for one in seen)
        assert not phases.keys() & {"Succeeded", "Failed"}, phases
        if phases["Training"] == count:
            break
        await asyncio.sleep(1)
    pods: Any = await CoreV1Api(client).list_namespaced_pod(NAMESPACE)
    assert len([pod for pod in pods.items if pod.status.phase == "Running"]) == count


async def minute(operator: Operator) -> dict[str, float]:
    """Measure the CPU seconds of a minute, and when it was."""
    began, before = now(), operator.cpu
    await asyncio.sleep(60)
    return {"cpu": operator.cpu - before, "from": began.timestamp(), "to": now().timestamp()}


async def reports(trainers: Trainers) -> None:
    """Let all trainers log a step every 10 s."""
    for step in range(2, 2 + STEPS):
        await trainers.report(step)
        await asyncio.sleep(STEP_EVERY)


async def measured(cluster: Cluster, options: argparse.Namespace) -> dict[str, Any]:
    """Measure everything."""
    configuration, trainers = Configuration(), Trainers()
    await config.load_kube_config(str(cluster.places.kubeconfig), client_configuration=configuration)  # type: ignore[no-untyped-call]
    await trainers.report(1)
    operator = Operator.audited(cluster)
    try:
        async with AsyncExitStack() as stack:
            client = await stack.enter_async_context(ApiClient(configuration))
            if options.logs:
                await stack.enter_async_context(trainers.served(cluster))
            specs = inline_configs(options.inline_kb, options.inline_text)
            await finished(client, options.finished, specs)
            await asyncio.to_thread(operator.start)
            await start_running(client, options.running, specs)
            await settled(operator)
            operator.kill()
            began, started = now(), time.monotonic()
            ready = await asyncio.to_thread(operator.start)
            start = await settled(operator) - started
            start_cpu = operator.cpu
            silent = await minute(operator)
            resident, most = operator.resident, operator.most_resident
            progress, _ = await asyncio.gather(minute(operator), reports(trainers)) if options.logs else (None, None)
    finally:
        operator.kill()
    until_all = time.monotonic() + 30
    while options.logs and len(_followed(cluster, began)) < options.running and time.monotonic() < until_all:
        await asyncio.sleep(0.5)  # the API server notes a followed log when it ends
    seen = _followed(cluster, began)
    numbers: dict[str, Any] = {
        "finished": options.finished,
        "running": options.running,
        "inline pipeline config, kB each": f"{options.inline_kb} ({options.inline_text})" if options.inline_kb else 0,
        "ready, s": round(ready, 1),
        "cold start, s": round(start, 1),
        "cold start, CPU s": round(start_cpu, 1),
        "cold start, requests": _requests(cluster, began.timestamp(), silent["from"]),
        "resident, MB": round(resident),
        "most resident, MB": round(most),
        "silent minute, CPU s": round(silent["cpu"], 2),
        "silent minute, requests": _requests(cluster, silent["from"], silent["to"]),
    }
    if options.logs:
        numbers["all logs followed, s"] = (
            round(max(seen.values()) - began.timestamp(), 1) if len(seen) == options.running else None
        )
    if progress:
        numbers["minute of progress, CPU s"] = round(progress["cpu"], 2)
        numbers["minute of progress, requests"] = _requests(cluster, progress["from"], progress["to"])
    return numbers


def _followed(cluster: Cluster, since: datetime) -> dict[str, float]:
    """When each trainer's log was first followed."""
    found: dict[str, float] = {}
    for request in requests(cluster.places):
        if request.followed and request.received >= since:
            moment = request.received.timestamp()
            found[request.followed] = min(moment, found.get(request.followed, moment))
    return found


def _requests(cluster: Cluster, began: float, ended: float) -> dict[str, int]:
    """How many there were of each kind."""
    counted = Counter(
        f"{request.verb} {request.what}{'' if request.code < 400 else f' {request.code}'}"
        for request in requests(cluster.places)
        if began <= request.received.timestamp() < ended
    )
    return {"all": counted.total(), **dict(counted.most_common())}


def show(numbers: dict[str, Any]) -> None:
    """Print the table."""
    print("| | | target |\n|---|---|---|")
    for name, number in numbers.items():
        text = ", ".join(f"{what} {count}" for what, count in number.items()) if isinstance(number, dict) else number
        target = f"at most {TARGETS[name]}" if name in TARGETS else ""
        print(f"| {name} | {text} | {target} |", flush=True)


def main() -> None:
    """Brings a control plane up and measures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--finished", type=int, default=FINISHED)
    parser.add_argument("--running", type=int, default=RUNNING)
    parser.add_argument("--inline-kb", type=int, default=0, help="give each an inline pipeline config of so many kB, at most 128")
    parser.add_argument("--inline-text", choices=("real", "random"), default="real", help="what it consists of")
    parser.add_argument("--no-logs", dest="logs", action="store_false", help="nobody serves logs")
    options = parser.parse_args()
    places = Places.default()
    cluster = control_plane_up(places)
    try:
        cluster.kubectl.apply(*yaml.safe_load_all((ROOT / "crds/detectortrainings.yaml").read_text()))
        cluster.kubectl("wait", "--for=condition=Established", f"crd/{PLURAL}.{GROUP}")
        add_nodes(cluster)
        numbers = asyncio.run(measured(cluster, options))
        show(numbers)
        suffix = f"_inline_{options.inline_text}" if options.inline_kb else ""
        results.write(f"operator_scale{suffix}" if options.logs else f"operator_scale{suffix}_no_logs", numbers)
    finally:
        down(places)


if __name__ == "__main__":
    main()
