"""Puts the parts together and runs them until a signal comes."""

from __future__ import annotations

import asyncio
import gc
import logging
import signal
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from detector_operator.operate import handlers
from detector_operator.operate.api_server import ApiServer
from detector_operator.operate.connection import connect, follow_certificates
from detector_operator.operate.event_reader import EventReader
from detector_operator.operate.health import Health, served
from detector_operator.operate.kopf_watch import tell_tasks_apart, watch_with_kopf
from detector_operator.operate.log_reader import LogReader
from detector_operator.operate.metrics import Metrics
from detector_operator.operate.metrics_protocol import OperatorMetrics
from detector_operator.operate.metrics_server import metrics_served
from detector_operator.operate.queue import Queue
from detector_operator.operate.reconciler import Reconciler
from detector_operator.operate.store import Store
from detector_operator.operate.training_collector import stored_statuses
from detector_operator.operate.unwatched import SYSTEM_NAMESPACES
from detector_operator.operate.watch import Watch
from detector_operator.reconcile.pace import PROGRESS_EVERY
from detector_operator.specs.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line says."""

    namespaces: Sequence[str]
    """Namespaces to watch; none for all."""
    settings: Settings
    unwatched: frozenset[str] = SYSTEM_NAMESPACES
    """Namespaces in which nothing is trained, also where all are watched."""
    health_port: int
    metrics_port: int = 0
    """Port of /metrics; 0 for none."""
    training_metrics: bool = True
    """Whether /metrics has gauges of each training."""


async def operate(options: Options, logger: logging.Logger, metrics: OperatorMetrics | None = None) -> None:
    """Run the operator until a signal comes.

    An API server that is away or refuses its requests, or a cluster without the CustomResourceDefinition, does not end it: it
    reports that, is not ready, and tries again.

    Raises:
        kubernetes.aio.config.ConfigException: there is neither a pod's service account nor a kubeconfig.
        OSError: the health or metrics port is taken.
    """
    loop = asyncio.get_running_loop()
    stop, store = asyncio.Event(), Store()
    exported = Metrics(lambda: stored_statuses(store), training_metrics=options.training_metrics)
    measured = metrics or exported
    tell_tasks_apart(loop)
    server = ApiServer(await connect(), measured)
    queue = Queue(lambda key: reconciler.reconcile(key), logger, measured)
    paced = partial(queue.ask_paced, seconds=PROGRESS_EVERY.total_seconds())
    logs = LogReader(server, queue.ask, _now, logger, measured, progressed=paced)
    reconciler = Reconciler(
        server=server,
        store=store,
        settings=options.settings,
        logs=logs,
        events=EventReader(server, logger),
        wake=queue.ask_in,
        clock=_now,
        logger=logger,
        unwatched=options.unwatched,
        metrics=measured,
    )

    def take_signals() -> None:
        with suppress(NotImplementedError, ValueError):  # not on this platform, or not in this thread
            for each in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(each, stop.set)

    async def begin(namespace: str | None) -> None:
        # Thousands of objects that stay, and hundreds that come and go with a request: to look through them holds everything up.
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        await watch_with_kopf(namespace, handlers.registry(store, queue), handlers.settings(), take_signals)

    watches = [
        Watch(
            namespace,
            server=server,
            store=store,
            queue=queue,
            begin=partial(begin, namespace),
            logger=logger,
            metrics=measured,
        )
        for namespace in options.namespaces or (None,)
    ]

    def connect_again() -> None:
        for watch in watches:
            watch.begin_again()

    take_signals()
    try:
        async with served(options.health_port, Health(watches)), metrics_served(options.metrics_port, exported.exposition):
            work = [asyncio.create_task(watch.run(), name=f"keeps {watch.where} up to date") for watch in watches]
            work.append(asyncio.create_task(follow_certificates(server, connect_again, logger), name="follows certificates"))
            stopping = asyncio.create_task(stop.wait(), name="waits for a signal")
            try:
                done, _ = await asyncio.wait([*work, stopping], return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (*work, stopping):
                    task.cancel()
                await asyncio.gather(*work, stopping, return_exceptions=True)
                await queue.close()
                await logs.close()
            for task in done:
                task.result()  # none of them ends without a signal: the process does not go on without it
    finally:
        await server.client.close()  # type: ignore[no-untyped-call]


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
