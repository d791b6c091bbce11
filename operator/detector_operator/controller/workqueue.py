"""Queue the resources to reconcile, now or later: at most one task per resource."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import ClientError

from detector_operator.controller.api_errors import ApiError
from detector_operator.controller.log_format import about
from detector_operator.controller.metrics_protocol import NoMetrics, OperatorMetrics
from detector_operator.controller.store import NamespacedName

FIRST_RETRY_SECONDS: Final = 1.0
MAX_RETRY_SECONDS: Final = 60.0
MAX_RETRY_AFTER_SECONDS: Final = 300.0
"""A longer Retry-After is treated as that of a misconfigured proxy."""
MAX_CONCURRENT: Final = 64
"""Resources reconciled concurrently: after a start there are thousands in the queue, and the API server has other clients."""


class WorkQueue:
    """Call `work` for each key that was added. A key that is added while its task runs is processed once more.

    After an error the key is in backoff: whatever happens to the resource, it is not reconciled before the backoff is over, and
    then once. A success ends the backoff.
    """

    def __init__(
        self,
        work: Callable[[NamespacedName], Awaitable[None]],
        logger: logging.Logger,
        metrics: OperatorMetrics | None = None,
    ) -> None:
        self._work, self._logger, self._metrics = work, logger, metrics or NoMetrics()
        self._tasks: dict[NamespacedName, asyncio.Task[None]] = {}
        self._running = 0
        self._dirty: set[NamespacedName] = set()
        self._timers: dict[NamespacedName, asyncio.TimerHandle] = {}
        self._rate_limited: dict[NamespacedName, asyncio.TimerHandle] = {}
        self._rate_limited_dirty: set[NamespacedName] = set()
        self._failures: dict[NamespacedName, int] = {}
        self._backoff_until: dict[NamespacedName, float] = {}
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)
        self._closed = False
        # A reconcile does not belong to the watch that added it: it continues when that watch is stopped (see kopf_watch).
        self._context = contextvars.copy_context()

    def add(self, key: NamespacedName) -> None:
        """Reconcile a resource as soon as possible: now, or when its backoff is over."""
        if self._closed:
            return
        if key in self._tasks:
            self._dirty.add(key)
        elif (backoff := self._backoff_left(key)) > 0:
            self.add_after(key, backoff)
        else:
            self._cancel_timer(key)
            name = f"reconcile {key.namespace}/{key.name}"
            self._tasks[key] = asyncio.get_running_loop().create_task(self._run(key), name=name, context=self._context.copy())
        self._measure_depth()

    def add_after(self, key: NamespacedName, seconds: float) -> None:
        """Reconcile a resource later, unless it is added before. Replaces an earlier call for the same key."""
        if self._closed:
            return
        self._cancel_timer(key)
        delay = max(0.0, seconds, self._backoff_left(key))
        self._timers[key] = asyncio.get_running_loop().call_later(delay, self._due, key, context=self._context)

    def add_rate_limited(self, key: NamespacedName, seconds: float) -> None:
        """Reconcile a resource at most once in this time; further calls within it are merged into one.

        For frequent updates of which only the last one matters: the progress of a training.
        """
        if self._closed:
            return
        if key in self._rate_limited:
            self._rate_limited_dirty.add(key)
            return
        self.add(key)
        self._rate_limited[key] = asyncio.get_running_loop().call_later(
            seconds, self._interval_over, key, seconds, context=self._context
        )

    async def close(self) -> None:
        """Wait for the running tasks, and start no other."""
        self._closed = True
        for key in list(self._timers):
            self._cancel_timer(key)
        for timer in self._rate_limited.values():
            timer.cancel()
        self._rate_limited.clear()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _run(self, key: NamespacedName) -> None:
        try:
            async with self._slots:
                self._dirty.discard(key)  # this task sees everything that was added until now
                if not self._closed:
                    await self._measured(key)
        finally:
            del self._tasks[key]
            if key in self._dirty:
                self._dirty.discard(key)
                self.add(key)
            else:
                self._measure_depth()

    async def _measured(self, key: NamespacedName) -> None:
        clock = asyncio.get_running_loop().time
        began, result = clock(), "success"
        self._running += 1
        self._measure_depth()
        try:
            await self._work(key)
            self._failures.pop(key, None)
            self._backoff_until.pop(key, None)
        except Exception as error:  # noqa: BLE001 - an error of one resource must not affect the others
            result = "error"
            self._retry(key, error)
        finally:
            self._running -= 1
            self._metrics.reconcile(result, clock() - began)

    def _retry(self, key: NamespacedName, error: Exception) -> None:
        count = self._failures[key] = self._failures.get(key, 0) + 1
        delay = min(FIRST_RETRY_SECONDS * 2.0 ** min(count - 1, 10), MAX_RETRY_SECONDS)
        if isinstance(error, ApiError) and error.retry_after is not None:
            delay = max(delay, min(error.retry_after, MAX_RETRY_AFTER_SECONDS))
        self._backoff_until[key] = asyncio.get_running_loop().time() + delay
        # A traceback only for unexpected errors.
        unexpected = count == 1 and not isinstance(error, ApiError | ClientError | OSError)
        details = (type(error).__name__, error, delay)
        self._logger.warning("%s: %s; next attempt in %g s", *details, exc_info=unexpected, extra=about(key))
        self.add_after(key, delay)

    def _backoff_left(self, key: NamespacedName) -> float:
        """Return the seconds until the backoff is over."""
        until = self._backoff_until.get(key)
        return 0.0 if until is None else until - asyncio.get_running_loop().time()

    def _due(self, key: NamespacedName) -> None:
        self._timers.pop(key, None)
        self.add(key)

    def _interval_over(self, key: NamespacedName, seconds: float) -> None:
        del self._rate_limited[key]
        if key in self._rate_limited_dirty:
            self._rate_limited_dirty.discard(key)
            self.add_rate_limited(key, seconds)

    def _cancel_timer(self, key: NamespacedName) -> None:
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()

    def _measure_depth(self) -> None:
        self._metrics.queue_depth(len(self._tasks) - self._running + len(self._dirty))
