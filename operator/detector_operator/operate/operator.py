"""Puts the parts together and runs them until it is asked to stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import platform
from asyncio.sslproto import SSLProtocol
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

import kopf
from kubernetes.aio import config
from kubernetes.aio.client import ApiClient, Configuration

from detector_operator.api.resource import GROUP, PLURAL
from detector_operator.operate import handlers
from detector_operator.operate.api_errors import ApiError
from detector_operator.operate.api_server import ApiServer
from detector_operator.operate.event_reader import EventReader
from detector_operator.operate.health import served
from detector_operator.operate.listing import read_all, resync
from detector_operator.operate.log_reader import LogReader
from detector_operator.operate.metrics import Metrics
from detector_operator.operate.metrics_server import metrics_served
from detector_operator.operate.queue import Queue
from detector_operator.operate.reconciler import Reconciler
from detector_operator.operate.store import Store
from detector_operator.operate.training_collector import stored_statuses
from detector_operator.specs.settings import Settings

NO_CONNECTION_LIMIT: Final = 0
"""Every running trainer's log takes a connection: were they limited, they could leave none for all else."""
CONNECTION_BUFFER: Final = 1 << 15
"""Bytes of a TLS connection; a record needs half of them. asyncio's own 256 KiB, for each of hundreds of logs, are more than all
else."""


class NotInstalled(Exception):
    """The cluster does not know the resource."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the command line says."""

    namespaces: Sequence[str]
    """Namespaces to watch; none for all."""
    settings: Settings
    health_port: int
    metrics_port: int = 0
    """Port of /metrics; 0 for none."""
    training_metrics: bool = True
    """Whether /metrics has gauges of each training."""


async def operate(options: Options, logger: logging.Logger) -> None:
    """Runs the operator until a signal comes.

    Raises:
        kubernetes.aio.config.ConfigException: neither a pod's service account nor a kubeconfig is there.
        kopf.LoginError: what it says is not accepted any more.
        NotInstalled: the CustomResourceDefinition is not there.
        ApiError: what is to be watched may not be read.
        aiohttp.ClientError: the API server cannot be reached.
        OSError: the same, or the health or metrics port is taken.
    """
    ready, store = asyncio.Event(), Store()
    metrics = Metrics(lambda: stored_statuses(store), training_metrics=options.training_metrics)
    async with (
        ApiClient(await _configuration()) as client,
        served(options.health_port, ready.is_set),
        metrics_served(options.metrics_port, metrics.exposition),
    ):
        server = ApiServer(client)
        queue = Queue(lambda key: reconciler.reconcile(key), logger)
        logs = LogReader(server, queue.ask, _now, logger)
        reconciler = Reconciler(
            server=server,
            store=store,
            settings=options.settings,
            logs=logs,
            events=EventReader(server, logger),
            wake=queue.ask_in,
            clock=_now,
            logger=logger,
        )

        async def close() -> None:
            await queue.close()
            await logs.close()

        await _read_first(server, store, options.namespaces)
        # Thousands of objects that stay, and hundreds that come and go with a request: to look through them holds everything up.
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        ready.set()
        for key in store:
            queue.ask(key)
        again = asyncio.create_task(resync(server, store, queue, options.namespaces, logger), name="resync")
        try:
            await kopf.operator(
                registry=handlers.registry(store, queue, close),
                settings=handlers.settings(),
                clusterwide=not options.namespaces,
                namespaces=list(options.namespaces),
                # kopf's own guess asks for the name of the user, and the user of a container need not have one.
                identity=platform.node(),  # type: ignore[arg-type]
            )
        finally:
            again.cancel()
            await asyncio.gather(again, return_exceptions=True)
            await close()


async def _configuration() -> Configuration:
    """Of the pod's service account, else of the kubeconfig."""
    configuration = Configuration()
    try:
        config.load_incluster_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
    except config.ConfigException:
        await config.load_kube_config(client_configuration=configuration)  # type: ignore[no-untyped-call]
    configuration.connection_pool_maxsize = NO_CONNECTION_LIMIT
    # Else every request waits twice for a thread, which looks for ~/.netrc and a proxy in the environment; kopf heeds neither.
    configuration.client_session_kwargs = {"trust_env": False}
    SSLProtocol.max_size = CONNECTION_BUFFER
    return configuration


async def _read_first(server: ApiServer, store: Store, namespaces: Sequence[str]) -> None:
    """kopf would wait for ever for a kind that is not there, and reconcile a resource whose Jobs it has not told of."""
    try:
        await read_all(server, store, namespaces)
    except ApiError as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        raise NotInstalled(
            f"the cluster does not know {PLURAL}.{GROUP}: install the chart's CustomResourceDefinition, "
            "or what `detector-training crd` prints"
        ) from error


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
