"""From the call that creates a DetectorTraining to its validation Job, on a real control plane: `python benchmarks/operator_latency.py`.

No node: nothing runs, and what is measured is the operator and the API server. The rows without the operator have the two
writes and nothing else: this program creates the resource, then its Job. What is between such a row and the one with the
operator is the operator's. Needs root and Go (see tools/cluster).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from typing import Any

import results
import yaml
from kubernetes.aio import config
from kubernetes.aio.client import ApiClient, BatchV1Api, Configuration, CustomObjectsApi
from operator_process import NAMESPACE, Operator, create, finished, settled, spread, training

from cluster.images import ROOT
from cluster.places import Places
from cluster.up import Cluster, control_plane_up, down
from detector_operator.api import DetectorTraining
from detector_operator.api.resource import GROUP, PLURAL, VERSION
from detector_operator.builders.settings import Settings
from detector_operator.builders.validation_job import build_validation_job

LOADS = ((60, 3.0), (200, 20.0))
"""Resources, and how many a second."""
FINISHED = 2000
TARGETS = "at most 12 ms and 30 ms"
Numbers = dict[str, float]


async def measured(client: ApiClient, count: int, rate: float, prefix: str, *, alone: bool = False) -> list[float]:
    """Return milliseconds for each resource; `alone` creates the Jobs, too: there is no operator."""
    created: dict[str, float] = {}
    seen: dict[str, float] = {}
    ready = asyncio.Event()

    async def look() -> None:
        """Request plain JSON: to build models of the Jobs would take longer than what is measured."""
        while len(seen) < count:
            answer: Any = await BatchV1Api(client).list_namespaced_job_without_preload_content(NAMESPACE, watch=True)
            ready.set()
            async for line in answer.content:
                name = json.loads(line)["object"]["metadata"].get("name", "").removesuffix("-validate-1")
                if name in created:
                    seen.setdefault(name, time.perf_counter())
                if len(seen) == count:
                    break
            answer.close()

    async def one(name: str) -> None:
        created[name] = time.perf_counter()
        resource = await create(client, training(name))
        if alone:
            job: Any = build_validation_job(DetectorTraining.model_validate(resource), 1, Settings(trainer_image="trainer"))
            await BatchV1Api(client).create_namespaced_job_without_preload_content(NAMESPACE, job)

    looking = asyncio.create_task(look())
    await ready.wait()
    started, tasks = time.perf_counter(), []
    for number in range(count):
        await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(one(f"{prefix}-{number}")))
    await asyncio.gather(*tasks)
    await asyncio.wait_for(looking, 120)
    return [(seen[name] - created[name]) * 1000 for name in created]


async def row(name: str, client: ApiClient, operator: Operator, count: int, rate: float) -> Numbers:
    """Format a row of the table."""
    before = operator.cpu
    milliseconds = await measured(client, count, rate, f"load-{count}-{rate:g}")
    return _row(name, milliseconds, (operator.cpu - before) * 1000 / count)


def _row(name: str, milliseconds: list[float], cpu: float) -> Numbers:
    numbers = {**spread(milliseconds), "CPU ms of the operator for each": cpu}
    print(f"| {name} | {' | '.join(f'{number:.0f}' for number in numbers.values())} | {TARGETS} |", flush=True)
    return {key: round(number, 1) for key, number in numbers.items()}


async def run(cluster: Cluster, operator: Operator, finished_ones: int) -> dict[str, Numbers]:
    """Measures everything."""
    configuration = Configuration()
    await config.load_kube_config(str(cluster.places.kubeconfig), client_configuration=configuration)  # type: ignore[no-untyped-call]
    rows: dict[str, Numbers] = {}
    async with ApiClient(configuration) as client:
        print(
            "| load | p50, ms | p99, ms | max, ms | CPU ms of the operator for each | target of p50 and p99 |\n|---|---|---|---|---|---|"
        )
        for count, rate in LOADS:
            name = f"{count} resources at {rate:g}/s, without the operator"
            rows[name] = _row(name, await measured(client, count, rate, f"alone-{count}-{rate:g}", alone=True), 0)
        await CustomObjectsApi(client).delete_collection_namespaced_custom_object(GROUP, VERSION, NAMESPACE, PLURAL)
        operator.start()
        await settled(operator)
        for count, rate in LOADS:
            name = f"{count} resources at {rate:g}/s"
            rows[name] = await row(name, client, operator, count, rate)
        operator.kill()  # it would start what is to be finished
        await finished(client, finished_ones)
        operator.start()
        await settled(operator)
        name = f"with {finished_ones:,} finished ones, 20 resources at 3/s"
        rows[name] = await row(name, client, operator, 20, 3)
    return rows


def main() -> None:
    """Brings a control plane up and measures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--finished", type=int, default=FINISHED)
    options = parser.parse_args()
    places = Places.default()
    cluster = control_plane_up(places)
    operator = Operator.audited(cluster)
    try:
        cluster.kubectl.apply(*yaml.safe_load_all((ROOT / "crds/detectortrainings.yaml").read_text()))
        cluster.kubectl("wait", "--for=condition=Established", f"crd/{PLURAL}.{GROUP}")
        results.write("operator_latency", dict(asyncio.run(run(cluster, operator, options.finished))))
    finally:
        operator.kill()
        down(places)


if __name__ == "__main__":
    main()
