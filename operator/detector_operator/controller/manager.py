"""Assemble the controller and run it until a signal."""

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

from detector_operator.builders.settings import Settings
from detector_operator.controller import handlers
from detector_operator.controller.api_server import ApiServer
from detector_operator.controller.connection import connect, follow_certificates
from detector_operator.controller.event_reader import EventReader
from detector_operator.controller.health import Health, served
from detector_operator.controller.kopf_watch import track_kopf_tasks, watch_with_kopf
from detector_operator.controller.log_reader import LogReader
from detector_operator.controller.metrics import Metrics
from detector_operator.controller.metrics_protocol import OperatorMetrics
from detector_operator.controller.metrics_server import metrics_served
from detector_operator.controller.reconciler import Reconciler
from detector_operator.controller.store import Store
from detector_operator.controller.training_collector import stored_statuses
from detector_operator.controller.unwatched_namespaces import SYSTEM_NAMESPACES
from detector_operator.controller.watch import Watch
from detector_operator.controller.workqueue import WorkQueue
from detector_operator.reconcile.status_throttle import PROGRESS_INTERVAL


@dataclass(frozen=True, kw_only=True)
class ManagerOptions:
    """Hold the options of the command line."""

    namespaces: Sequence[str]
    """Namespaces to watch; empty for all."""
    settings: Settings
    unwatched: frozenset[str] = SYSTEM_NAMESPACES
    """Namespaces in which nothing is trained, even if all are watched."""
    health_port: int
    metrics_port: int = 0
    """Port of /metrics; 0 disables it."""
    training_metrics: bool = True
    """Whether /metrics has gauges of each training."""


async def run_operator(options: ManagerOptions, logger: logging.Logger, metrics: OperatorMetrics | None = None) -> None:
    """Run the operator until it receives a signal.

    It keeps running while the API server is unreachable or rejects requests, or the CustomResourceDefinition is not installed: it
    reports that, is not ready, and retries.

    Raises:
        kubernetes.aio.config.ConfigException: neither a service account of a pod nor a kubeconfig exists.
        OSError: the health or metrics port is in use.
    """
    loop = asyncio.get_running_loop()
    stop, store = asyncio.Event(), Store()
    exported = Metrics(lambda: stored_statuses(store), training_metrics=options.training_metrics)
    measured = metrics or exported
    track_kopf_tasks(loop)
    server = ApiServer(await connect(), measured)
    queue = WorkQueue(lambda key: reconciler.reconcile(key), logger, measured)
    rate_limited = partial(queue.add_rate_limited, seconds=PROGRESS_INTERVAL.total_seconds())
    logs = LogReader(server, queue.add, _now, logger, measured, on_progress=rate_limited)
    reconciler = Reconciler(
        server=server,
        store=store,
        settings=options.settings,
        logs=logs,
        events=EventReader(server, logger),
        requeue_after=queue.add_after,
        clock=_now,
        logger=logger,
        unwatched=options.unwatched,
        metrics=measured,
    )

    def take_signals() -> None:
        with suppress(NotImplementedError, ValueError):  # unsupported on this platform or in this thread
            for each in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(each, stop.set)

    async def begin(namespace: str | None) -> None:
        # Thousands of long-lived objects and hundreds of short-lived ones per request: collecting them would block everything.
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        await watch_with_kopf(namespace, handlers.registry(store, queue), handlers.settings(server.page), take_signals)

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

    def reconnect() -> None:
        for watch in watches:
            watch.restart()

    take_signals()
    try:
        async with served(options.health_port, Health(watches)), metrics_served(options.metrics_port, exported.exposition):
            work = [asyncio.create_task(watch.run(), name=f"keeps {watch.where} up to date") for watch in watches]
            work.append(asyncio.create_task(follow_certificates(server, reconnect, logger), name="follows certificates"))
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
                task.result()  # raises: none of them ends without a signal
    finally:
        await server.client.close()  # type: ignore[no-untyped-call]


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
