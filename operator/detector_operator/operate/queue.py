"""Which resources are to be reconciled, now and later: one task for a resource at a time, and none for nothing."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import ClientError

from detector_operator.operate.api_errors import ApiError
from detector_operator.operate.log_format import about
from detector_operator.operate.metrics_protocol import NoMetrics, OperatorMetrics
from detector_operator.operate.store import Key

FIRST_RETRY_SECONDS: Final = 1.0
LONGEST_RETRY_SECONDS: Final = 60.0
LONGEST_RETRY_AFTER_SECONDS: Final = 300.0
"""A longer Retry-After is taken for a mistake of a proxy."""
AT_ONCE: Final = 64
"""Resources reconciled at a time: an operator that starts has thousands to look at, and the API server has other clients."""


class Queue:
    """Calls `work` for a key after it was asked for. What is asked for while it runs makes it run once more.

    After a failure the key is in backoff: whatever happens to the resource meanwhile, it is not reconciled before the backoff is
    over, and then once. A success ends the backoff.
    """

    def __init__(
        self, work: Callable[[Key], Awaitable[None]], logger: logging.Logger, metrics: OperatorMetrics | None = None
    ) -> None:
        self._work, self._logger, self._metrics = work, logger, metrics or NoMetrics()
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._running = 0
        self._again: set[Key] = set()
        self._timers: dict[Key, asyncio.TimerHandle] = {}
        self._paced: dict[Key, asyncio.TimerHandle] = {}
        self._asked_again: set[Key] = set()
        self._failures: dict[Key, int] = {}
        self._held_until: dict[Key, float] = {}
        self._places = asyncio.Semaphore(AT_ONCE)
        self._closed = False
        # A reconcile does not belong to whoever asks for it: it goes on when a watch that has asked is stopped (see kopf_watch).
        self._context = contextvars.copy_context()

    def ask(self, key: Key) -> None:
        """Have a resource reconciled as soon as possible: now, or when its backoff is over."""
        if self._closed:
            return
        if key in self._tasks:
            self._again.add(key)
        elif (held := self._held_for(key)) > 0:
            self.ask_in(key, held)
        else:
            self._cancel_timer(key)
            name = f"reconcile {key.namespace}/{key.name}"
            self._tasks[key] = asyncio.get_running_loop().create_task(self._run(key), name=name, context=self._context.copy())
        self._measure_depth()

    def ask_in(self, key: Key, seconds: float) -> None:
        """Have a resource reconciled later, unless it is asked for before; replaces what was asked for later until now."""
        if self._closed:
            return
        self._cancel_timer(key)
        delay = max(0.0, seconds, self._held_for(key))
        self._timers[key] = asyncio.get_running_loop().call_later(delay, self._due, key, context=self._context)

    def ask_paced(self, key: Key, seconds: float) -> None:
        """Have a resource reconciled, at most once in so many seconds: a newer request of this kind replaces an older one.

        For news that come one after the other, of which the last one tells all: the progress of a training.
        """
        if self._closed:
            return
        if key in self._paced:
            self._asked_again.add(key)
            return
        self.ask(key)
        self._paced[key] = asyncio.get_running_loop().call_later(seconds, self._pace_over, key, seconds, context=self._context)

    async def close(self) -> None:
        """Let what runs come to its end, and start nothing more."""
        self._closed = True
        for key in list(self._timers):
            self._cancel_timer(key)
        for timer in self._paced.values():
            timer.cancel()
        self._paced.clear()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _run(self, key: Key) -> None:
        try:
            async with self._places:
                self._again.discard(key)  # what was asked for until now is seen by this run
                if not self._closed:
                    await self._measured(key)
        finally:
            del self._tasks[key]
            if key in self._again:
                self._again.discard(key)
                self.ask(key)
            else:
                self._measure_depth()

    async def _measured(self, key: Key) -> None:
        clock = asyncio.get_running_loop().time
        began, result = clock(), "success"
        self._running += 1
        self._measure_depth()
        try:
            await self._work(key)
            self._failures.pop(key, None)
            self._held_until.pop(key, None)
        except Exception as error:  # noqa: BLE001 - one resource's trouble must not end the others
            result = "error"
            self._retry(key, error)
        finally:
            self._running -= 1
            self._metrics.reconcile(result, clock() - began)

    def _retry(self, key: Key, error: Exception) -> None:
        count = self._failures[key] = self._failures.get(key, 0) + 1
        delay = min(FIRST_RETRY_SECONDS * 2.0 ** min(count - 1, 10), LONGEST_RETRY_SECONDS)
        if isinstance(error, ApiError) and error.retry_after is not None:
            delay = max(delay, min(error.retry_after, LONGEST_RETRY_AFTER_SECONDS))
        self._held_until[key] = asyncio.get_running_loop().time() + delay
        # A traceback only of what nobody has foreseen.
        unforeseen = count == 1 and not isinstance(error, ApiError | ClientError | OSError)
        reported = (type(error).__name__, error, delay)
        self._logger.warning("%s: %s; next attempt in %g s", *reported, exc_info=unforeseen, extra=about(key))
        self.ask_in(key, delay)

    def _held_for(self, key: Key) -> float:
        """Seconds until the backoff is over."""
        until = self._held_until.get(key)
        return 0.0 if until is None else until - asyncio.get_running_loop().time()

    def _due(self, key: Key) -> None:
        self._timers.pop(key, None)
        self.ask(key)

    def _pace_over(self, key: Key, seconds: float) -> None:
        del self._paced[key]
        if key in self._asked_again:
            self._asked_again.discard(key)
            self.ask_paced(key, seconds)

    def _cancel_timer(self, key: Key) -> None:
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()

    def _measure_depth(self) -> None:
        self._metrics.queue_depth(len(self._tasks) - self._running + len(self._again))
