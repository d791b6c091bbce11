"""Puts the parts together and runs them until it is asked to stop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import kopf
from kubernetes.aio import config
from kubernetes.aio.client import ApiClient, Configuration

from detector_operator.api.resource import PLURAL
from detector_operator.operate import handlers
from detector_operator.operate.api_server import CORE, JOBS, RESOURCES, ApiServer
from detector_operator.operate.event_reader import EventReader
from detector_operator.operate.health import served
from detector_operator.operate.log_reader import LogReader
from detector_operator.operate.queue import Queue
from detector_operator.operate.reconciler import Reconciler
from detector_operator.operate.store import Store
from detector_operator.specs.settings import Settings

RESYNC_SECONDS: Final = 600.0
"""How often everything is read anew: a watch may have missed something."""
CONNECTIONS: Final = 512
"""One for each running trainer's log, and some."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line says."""

    namespaces: Sequence[str]
    """Namespaces to watch; none for all."""
    settings: Settings
    health_port: int


async def operate(options: Options, logger: logging.Logger) -> None:
    """Runs the operator until a signal comes.

    Raises:
        kubernetes.aio.config.ConfigException: neither a pod's service account nor a kubeconfig is there.
        OSError: the health port is taken.
    """
    configuration = Configuration()
    await config.load_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
    configuration.connection_pool_maxsize = CONNECTIONS
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(ApiClient(configuration))
        server, store = ApiServer(client), Store()
        queue = Queue(lambda key: reconciler.reconcile(key), logger)
        logs = LogReader(server, queue.ask, _now, logger)
        reconciler = Reconciler(
            server=server,
            store=store,
            settings=options.settings,
            logs=logs,
            events=EventReader(server),
            wake=queue.ask_in,
            clock=_now,
            logger=logger,
        )
        ready = asyncio.Event()
        await stack.enter_async_context(served(options.health_port, ready.is_set))
        resync = asyncio.create_task(_resync(server, store, queue, options.namespaces, logger), name="resync")
        try:
            await kopf.operator(
                registry=handlers.registry(store, queue),
                settings=handlers.settings(),
                clusterwide=not options.namespaces,
                namespaces=list(options.namespaces),
                ready_flag=ready,
            )
        finally:
            resync.cancel()
            logs.close()
            await queue.close()


async def _resync(server: ApiServer, store: Store, queue: Queue, namespaces: Sequence[str], logger: logging.Logger) -> None:
    """Reads everything anew from time to time, and has every resource reconciled."""
    while True:
        await asyncio.sleep(RESYNC_SECONDS)
        try:
            resources = await _everywhere(server, RESOURCES, PLURAL, namespaces)
            jobs = await _everywhere(server, JOBS, "jobs", namespaces, labelSelector=handlers.SELECTOR)
            pods = await _everywhere(server, CORE, "pods", namespaces, labelSelector=handlers.SELECTOR)
        except Exception as error:  # noqa: BLE001 - the next time will do
            logger.warning("resync: %r", error)
            continue
        store.replace(resources, jobs, pods)
        for key in store:
            queue.ask(key)


async def _everywhere(
    server: ApiServer, prefix: str, plural: str, namespaces: Sequence[str], **query: str
) -> list[dict[str, object]]:
    paths = [f"{prefix}/namespaces/{namespace}/{plural}" for namespace in namespaces] or [f"{prefix}/{plural}"]
    return [manifest for path in paths for manifest in await server.list(path, **query)]


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
