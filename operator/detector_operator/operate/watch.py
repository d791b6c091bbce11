"""Keeps what is known of one namespace, or of the cluster, up to date, however often the API server is away or refuses it.

Each namespace has its own: one whose rights were taken away is reported and tried again, and the others go on. What is known of
it stays in the store as it was: that it cannot be seen says nothing about what runs there.
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
from detector_operator.operate.api_errors import ApiError
from detector_operator.operate.api_server import ApiServer
from detector_operator.operate.listing import read_all
from detector_operator.operate.metrics_protocol import NoMetrics, OperatorMetrics
from detector_operator.operate.queue import Queue
from detector_operator.operate.store import Store

RESYNC_SECONDS: Final = 600.0
FIRST_RETRY_SECONDS: Final = 1.0
LONGEST_RETRY_SECONDS: Final = 60.0
LONGEST_RETRY_AFTER_SECONDS: Final = 300.0
STABLE_SECONDS: Final = 60.0
"""A watch that has lasted for so long has begun well: the backoff begins again."""
UNHEALTHY_SECONDS: Final = 3 * RESYNC_SECONDS
LOST: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
NOT_INSTALLED: Final = (
    f"the CustomResourceDefinition {PLURAL}.{GROUP} is not installed: install the one of the chart, or apply the output of "
    "`detector-training crd`"
)


class WatchEnded(Exception):
    """A watch has ended and named no reason."""


class Watch:
    """Lists, then watches, and lists again from time to time.

    Args:
        namespace: what to watch; None for the cluster.
        server: where to list.
        store: holds what was listed.
        queue: is asked for a reconcile of what was listed.
        begin: watches until it fails.
        logger: for what cannot be read.
        metrics: receives measurements.
    """

    def __init__(
        self,
        namespace: str | None,
        *,
        server: ApiServer,
        store: Store,
        queue: Queue,
        begin: Callable[[], Awaitable[None]],
        logger: logging.Logger,
        metrics: OperatorMetrics | None = None,
    ) -> None:
        self._namespace, self._server, self._store, self._queue, self._begin = namespace, server, store, queue, begin
        self._logger, self._metrics = logger, metrics or NoMetrics()
        self.where = "the cluster" if namespace is None else f"namespace {namespace}"
        self._again = asyncio.Event()
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

    def begin_again(self) -> None:
        """End the watch that runs, if any, and begin another one, with new connections."""
        self._again.set()

    @property
    def not_listed(self) -> str | None:
        """Why nothing is known yet; None once everything has been listed."""
        if self._listed is not None:
            return None
        return self.failure or f"listing {self.where}"

    @property
    def attempted(self) -> bool:
        """Whether the first attempt to list has ended."""
        return self._listed is not None or self._list_error is not None

    @property
    def failure(self) -> str | None:
        """Why it cannot be listed or watched now; None if it can."""
        if self._list_error is not None:
            return f"cannot list {self.where}: {describe(self._list_error)}"
        if self._watch_error is not None and self._watching_since is None:
            return f"cannot watch {self.where}: {describe(self._watch_error)}"
        return None

    def broken(self) -> str | None:
        """Why a restart of the process may help; None if it would not, or if nothing is wrong.

        While the API server answers, with whatever error, the process is in order. For some time it may be unreachable too.
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
        """Watch, and list from time to time, until the watch fails or is to begin again."""
        self._again.clear()
        self._watching_since = _now()
        self._logger.info("watching %s", self.where)
        tasks = [
            asyncio.create_task(_awaited(self._begin()), name=f"watch of {self.where}"),
            asyncio.create_task(self._resync(), name=f"resync of {self.where}"),
            asyncio.create_task(_awaited(self._again.wait()), name=f"restart of {self.where}"),
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
            except Exception as error:  # noqa: BLE001 - the watch goes on
                pause = self._list_failed(error)
            else:
                pause, self._failures = RESYNC_SECONDS, 0

    async def _list(self) -> None:
        """List everything, and have every resource reconciled: one that is gone has something to clean up."""
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
            self._queue.ask(key)

    def _list_failed(self, error: Exception) -> float:
        self._list_error, self._attempted = error, _now()
        return self._report("list", error)

    def _report(self, verb: str, error: Exception) -> float:
        """Report an error. Returns the seconds until the next attempt."""
        self._failures += 1
        pause = min(FIRST_RETRY_SECONDS * 2.0 ** min(self._failures - 1, 10), LONGEST_RETRY_SECONDS) * random.uniform(0.5, 1.0)
        if isinstance(error, ApiError):
            pause = max(pause, min(error.retry_after or 0.0, LONGEST_RETRY_AFTER_SECONDS))
            if error.status in LOST:
                self._metrics.namespace_lost(self._namespace or "", lost=True)
        unforeseen = self._failures == 1 and not isinstance(error, ApiError | ClientError | OSError | WatchEnded)
        what = (verb, self.where, describe(error), pause)
        self._logger.warning("cannot %s %s: %s; next attempt in %.1f s", *what, exc_info=error if unforeseen else None)
        return pause


def describe(error: Exception) -> str:
    """Say in a few words why the API server did not do what was requested."""
    if isinstance(error, ApiError):
        return NOT_INSTALLED if error.gone else f"the API server answers {error.status}: {error}"
    if isinstance(error, TimeoutError):
        return "the API server does not answer"
    if isinstance(error, ClientError | OSError):
        return f"the API server cannot be reached: {error}"
    return f"{type(error).__name__}: {error}"


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min"


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _awaited(what: Awaitable[object]) -> None:
    await what
