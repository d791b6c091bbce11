"""Which resources are to be reconciled, now and later: one task for a resource at a time, and none for nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from detector_operator.operate.store import Key

FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 60.0


class Queue:
    """Calls `work` for a key after it was asked for. What is asked for while it runs makes it run once more."""

    def __init__(self, work: Callable[[Key], Awaitable[None]], logger: logging.Logger) -> None:
        self._work, self._logger = work, logger
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._again: set[Key] = set()
        self._timers: dict[Key, asyncio.TimerHandle] = {}
        self._failures: dict[Key, int] = {}

    def ask(self, key: Key) -> None:
        """Has a resource reconciled as soon as can be."""
        if key in self._tasks:
            self._again.add(key)
            return
        self._cancel_timer(key)
        self._tasks[key] = asyncio.get_running_loop().create_task(self._run(key), name=f"reconcile {key.namespace}/{key.name}")

    def ask_in(self, key: Key, seconds: float) -> None:
        """Has it reconciled later, unless it is asked for again before; replaces what was asked for later until now."""
        self._cancel_timer(key)
        self._timers[key] = asyncio.get_running_loop().call_later(max(0.0, seconds), self._due, key)

    async def close(self) -> None:
        """Lets what runs come to its end, and starts nothing more."""
        for key in list(self._timers):
            self._cancel_timer(key)
        self._again.clear()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _run(self, key: Key) -> None:
        try:
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
        delay = min(FIRST_RETRY_SECONDS * 2 ** (count - 1), LONGEST_RETRY_SECONDS)
        self._logger.warning("%s/%s: %s: %s; again in %g s", *key, type(error).__name__, error, delay, exc_info=count == 1)
        self.ask_in(key, delay)

    def _due(self, key: Key) -> None:
        self._timers.pop(key, None)
        self.ask(key)

    def _cancel_timer(self, key: Key) -> None:
        timer = self._timers.pop(key, None)
        if timer is not None:
            timer.cancel()
