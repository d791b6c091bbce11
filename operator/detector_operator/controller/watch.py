"""Keep the stored objects of one namespace, or of the cluster, up to date while the API server may fail or reject requests.

Each namespace has its own watch: one with revoked permissions is reported and retried, and the others continue. Its objects stay
in the store: a namespace that cannot be read is not evidence about what runs there.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final, NoReturn

from aiohttp import ClientError

from detector_operator.api.resource import GROUP, PLURAL
from detector_operator.controller.api_errors import ApiError
from detector_operator.controller.api_server import ApiServer
from detector_operator.controller.listing import read_all
from detector_operator.controller.metrics_protocol import NoMetrics, OperatorMetrics
from detector_operator.controller.store import Store
from detector_operator.controller.workqueue import WorkQueue

RESYNC_SECONDS: Final = 600.0
FIRST_RETRY_SECONDS: Final = 1.0
MAX_RETRY_SECONDS: Final = 60.0
MAX_RETRY_AFTER_SECONDS: Final = 300.0
STABLE_SECONDS: Final = 60.0
"""A watch that has lasted for so long resets the backoff."""
UNHEALTHY_SECONDS: Final = 3 * RESYNC_SECONDS
LOST: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
NOT_INSTALLED: Final = (
    f"the CustomResourceDefinition {PLURAL}.{GROUP} is not installed: install the one of the chart, or apply the output of "
    "`detector-training crd`"
)


class WatchEnded(Exception):
    """Report that a watch ended without a reason."""


class Watch:
    """List, then watch, and list again periodically.

    Args:
        namespace: namespace to watch; None for the cluster.
        server: the API server.
        store: holds the listed objects.
        queue: receives the listed resources.
        begin: runs a watch until it fails.
        logger: receives errors.
        metrics: receives measurements.
    """

    def __init__(
        self,
        namespace: str | None,
        *,
        server: ApiServer,
        store: Store,
        queue: WorkQueue,
        begin: Callable[[], Awaitable[None]],
        logger: logging.Logger,
        metrics: OperatorMetrics | None = None,
    ) -> None:
        self._namespace, self._server, self._store, self._queue, self._begin = namespace, server, store, queue, begin
        self._logger, self._metrics = logger, metrics or NoMetrics()
        self.where = "the cluster" if namespace is None else f"namespace {namespace}"
        self._restart = asyncio.Event()
        self._failures = 0
        self._created = self._attempted = _now()
        self._listed: float | None = None
        self._list_error: Exception | None = None
        self._unstable_since: float | None = self._created
        self._watching_since: float | None = None
        self._watch_error: Exception | None = None

    async def run(self) -> NoReturn:
        """Watch until cancelled."""
        while True:
            try:
                await self._list()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next attempt may work
                await asyncio.sleep(self._list_failed(error))
                continue
            try:
                await self._watch()
            except Exception as error:  # noqa: BLE001 - the same
                self._watch_error = error
                await asyncio.sleep(self._report("watch", error))

    def restart(self) -> None:
        """Restart a running watch, with new connections."""
        self._restart.set()

    @property
    def not_listed(self) -> str | None:
        """Return why nothing has been listed yet; None once everything has."""
        if self._listed is not None:
            return None
        return self.failure or f"listing {self.where}"

    @property
    def attempted(self) -> bool:
        """Return whether the first attempt to list has ended."""
        return self._listed is not None or self._list_error is not None

    @property
    def failure(self) -> str | None:
        """Return why it cannot be listed or watched now; None if it can."""
        if self._list_error is not None:
            return f"cannot list {self.where}: {describe(self._list_error)}"
        if self._watch_error is not None and self._watching_since is None:
            return f"cannot watch {self.where}: {describe(self._watch_error)}"
        return None

    def broken(self) -> str | None:
        """Return why a restart of the process may help; None if it would not, or if nothing is wrong.

        As long as the API server responds, even with errors, the process is healthy. It may also be unreachable for some time.
        """
        now = _now()
        if (idle := now - self._attempted) > UNHEALTHY_SECONDS:
            return f"no attempt to list {self.where} has ended for {_minutes(idle)}"
        error, since = self._list_error, self._created if self._listed is None else self._listed
        if error is None and not self._stable and self._unstable_since is not None:
            error, since = self._watch_error, self._unstable_since
        if error is None or isinstance(error, ApiError) or now - since <= UNHEALTHY_SECONDS:
            return None
        verb = "list" if error is self._list_error else "watch"
        return f"cannot {verb} {self.where}: {describe(error)}, for {_minutes(now - since)}"

    @property
    def _stable(self) -> bool:
        return self._watching_since is not None and _now() - self._watching_since > STABLE_SECONDS

    async def _watch(self) -> None:
        """Watch, and list periodically, until the watch fails or is to be restarted."""
        self._restart.clear()
        self._watching_since = _now()
        self._logger.info("watching %s", self.where)
        tasks = [
            asyncio.create_task(_awaited(self._begin()), name=f"watch of {self.where}"),
            asyncio.create_task(self._resync(), name=f"resync of {self.where}"),
            asyncio.create_task(_awaited(self._restart.wait()), name=f"restart of {self.where}"),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if self._stable:
                self._failures, self._unstable_since = 0, None
            if self._unstable_since is None:
                self._unstable_since = _now()
            self._watching_since = None
        for task in done:
            task.result()

    async def _resync(self) -> None:
        pause = RESYNC_SECONDS
        while True:
            await asyncio.sleep(pause)
            try:
                await self._list()
            except Exception as error:  # noqa: BLE001 - the watch continues
                pause = self._list_failed(error)
            else:
                pause, self._failures = RESYNC_SECONDS, 0

    async def _list(self) -> None:
        """List everything, and queue every resource, including deleted ones, whose state is cleaned up."""
        before = self._store.keys(self._namespace)
        began = _now()
        try:
            await read_all(self._server, self._store, self._namespace)
        except Exception:
            self._metrics.resync(_now() - began, succeeded=False)
            raise
        self._listed = self._attempted = _now()
        self._metrics.resync(self._listed - began, succeeded=True)
        self._list_error = None
        self._metrics.namespace_lost(self._namespace or "", lost=False)
        for key in before | self._store.keys(self._namespace):
            self._queue.add(key)

    def _list_failed(self, error: Exception) -> float:
        self._list_error, self._attempted = error, _now()
        return self._report("list", error)

    def _report(self, verb: str, error: Exception) -> float:
        """Log an error. Return the seconds until the next attempt."""
        self._failures += 1
        pause = min(FIRST_RETRY_SECONDS * 2.0 ** min(self._failures - 1, 10), MAX_RETRY_SECONDS) * random.uniform(0.5, 1.0)
        if isinstance(error, ApiError):
            pause = max(pause, min(error.retry_after or 0.0, MAX_RETRY_AFTER_SECONDS))
            if error.status in LOST:
                self._metrics.namespace_lost(self._namespace or "", lost=True)
        unexpected = self._failures == 1 and not isinstance(error, ApiError | ClientError | OSError | WatchEnded)
        what = (verb, self.where, describe(error), pause)
        self._logger.warning("cannot %s %s: %s; next attempt in %.1f s", *what, exc_info=error if unexpected else None)
        return pause


def describe(error: Exception) -> str:
    """Describe briefly why a request failed."""
    if isinstance(error, ApiError):
        return NOT_INSTALLED if error.not_found else f"the API server responds with {error.status}: {error}"
    if isinstance(error, TimeoutError):
        return "the API server does not respond"
    if isinstance(error, ClientError | OSError):
        return f"the API server is unreachable: {error}"
    return f"{type(error).__name__}: {error}"


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min"


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _awaited(what: Awaitable[object]) -> None:
    await what
