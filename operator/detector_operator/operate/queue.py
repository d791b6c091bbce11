"""Which resources are to be reconciled, now and later: one task for a resource at a time, and none for nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final

from detector_operator.operate.log_format import about
from detector_operator.operate.store import Key

FIRST_RETRY_SECONDS: Final = 1.0
LONGEST_RETRY_SECONDS: Final = 60.0
AT_ONCE: Final = 64
"""Resources reconciled at a time: an operator that starts has thousands to look at, and the API server has other clients."""


class Queue:
    """Calls `work` for a key after it was asked for. What is asked for while it runs makes it run once more."""

    def __init__(self, work: Callable[[Key], Awaitable[None]], logger: logging.Logger) -> None:
        self._work, self._logger = work, logger
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._again: set[Key] = set()
        self._timers: dict[Key, asyncio.TimerHandle] = {}
        self._failures: dict[Key, int] = {}
        self._places = asyncio.Semaphore(AT_ONCE)
        self._closed = False

    def ask(self, key: Key) -> None:
        """Has a resource reconciled as soon as can be."""
        if self._closed:
            return
        if key in self._tasks:
            self._again.add(key)
            return
        self._cancel_timer(key)
        self._tasks[key] = asyncio.get_running_loop().create_task(self._run(key), name=f"reconcile {key.namespace}/{key.name}")

    def ask_in(self, key: Key, seconds: float) -> None:
        """Has it reconciled later, unless it is asked for again before; replaces what was asked for later until now."""
        if self._closed:
            return
        self._cancel_timer(key)
        self._timers[key] = asyncio.get_running_loop().call_later(max(0.0, seconds), self._due, key)

    async def close(self) -> None:
        """Lets what runs come to its end, and starts nothing more."""
        self._closed = True
        for key in list(self._timers):
            self._cancel_timer(key)
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _run(self, key: Key) -> None:
        try:
            async with self._places:
                self._again.discard(key)  # what was asked for until now is seen by this run
                if not self._closed:
                    await self._work(key)
            self._failures.pop(key, None)
        except Exception as error:  # noqa: BLE001 - one resource's trouble must not end the others
            self._retry(key, error)
        finally:
            del self._tasks[key]
            if key in self._again:
                self._again.discard(key)
                self.ask(key)

    def _retry(self, key: Key, error: Exception) -> None:
        count = self._failures[key] = self._failures.get(key, 0) + 1
        delay = min(FIRST_RETRY_SECONDS * 2.0 ** min(count - 1, 10), LONGEST_RETRY_SECONDS)
        told = (type(error).__name__, error, delay)
        self._logger.warning("%s: %s; again in %g s", *told, exc_info=count == 1, extra=about(key))
        self.ask_in(key, delay)

    def _due(self, key: Key) -> None:
        self._timers.pop(key, None)
        self.ask(key)

    def _cancel_timer(self, key: Key) -> None:
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()
