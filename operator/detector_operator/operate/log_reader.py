"""Follows the logs of running trainers: their progress, and their last lines."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import aclosing
from datetime import datetime
from typing import Final

from aiohttp import ClientError

from detector_operator.observe import Log
from detector_operator.observe.words import TAIL_LINES, TAIL_WIDTH
from detector_operator.operate.api_errors import ApiError
from detector_operator.operate.api_server import ApiServer
from detector_operator.operate.log_format import about
from detector_operator.operate.store import Key
from detector_operator.reconcile.runs import Run, RunKind, RunState
from detector_trainer.contract import Progress

FIRST_RETRY_SECONDS: Final = 0.5
LONGEST_RETRY_SECONDS: Final = 60.0
FIRST_LINES: Final = 200
"""Lines read of a log that was there before: enough to have one of progress in them."""


class LogReader:
    """One task for each running trainer's pod."""

    def __init__(
        self, server: ApiServer, told: Callable[[Key], None], clock: Callable[[], datetime], logger: logging.Logger
    ) -> None:
        self._server, self._told, self._clock, self._logger = server, told, clock, logger
        self._readers: dict[Key, dict[str, _Reader]] = {}

    def logs(self, key: Key) -> dict[str, Log]:
        """What was read, by the name of the pod."""
        return {pod: reader.log for pod, reader in self._readers.get(key, {}).items() if reader.heard}

    def follow(self, key: Key, runs: Iterable[Run]) -> None:
        """Follows the trainers that are running, and forgets those that are gone."""
        trainers = {run.pod: run for run in runs if run.kind is RunKind.TRAINING and run.pod is not None}
        readers = self._readers.setdefault(key, {})
        for pod in readers.keys() - trainers.keys():
            readers.pop(pod).stop()
        for pod, run in trainers.items():
            if pod not in readers and run.state is RunState.RUNNING:
                reader = readers[pod] = _Reader(self._clock())
                reader.task = asyncio.get_running_loop().create_task(self._read(key, pod, reader), name=f"log of {pod}")
        if not readers:
            del self._readers[key]

    async def read_to_end(self, key: Key, runs: Iterable[Run]) -> bool:
        """Reads the end of the logs of trainers that have ended and were followed; whether there was any."""
        ended = {run.pod for run in runs if run.state is RunState.ENDED}
        unread = {pod: reader for pod, reader in self._readers.get(key, {}).items() if pod in ended and not reader.complete}
        for pod, reader in unread.items():
            reader.stop()
            try:
                await self._take(key, pod, reader, follow=False)
            except (ApiError, ClientError, OSError) as error:
                self._logger.debug("end of the log of %s: %r", pod, error, extra=about(key))
            reader.complete = True
        return bool(unread)

    async def close(self) -> None:
        """Follows nothing any more."""
        tasks = [reader.task for readers in self._readers.values() for reader in readers.values() if reader.task is not None]
        self._readers.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, key: Key, pod: str, reader: _Reader) -> None:
        pause, news = FIRST_RETRY_SECONDS, False
        while True:
            # Whoever follows a log without a line gets no answer before there is one. Being silent it is heard all the same.
            heard_before = reader.heard
            try:
                news = await self._take(key, pod, reader, follow=heard_before)
            except Exception as error:  # noqa: BLE001 - nobody else would start it again; it may just not have started yet
                self._logger.debug("log of %s: %r", pod, error, extra=about(key))
            if reader.heard and not heard_before:
                self._told(key)
                continue
            pause = FIRST_RETRY_SECONDS if news else min(2 * pause, LONGEST_RETRY_SECONDS)
            await asyncio.sleep(pause)

    async def _take(self, key: Key, pod: str, reader: _Reader, *, follow: bool) -> bool:
        """Takes lines until the log ends; whether there was progress that was not known."""
        news = False
        lines = self._server.log_lines(key.namespace, pod, RunKind.TRAINING.value, FIRST_LINES, follow=follow)
        async with aclosing(lines):
            async for line in lines:
                if reader.take(line):
                    news = True
                    if follow:
                        self._told(key)
        reader.heard = True
        return news


class _Reader:
    def __init__(self, since: datetime) -> None:
        self._since = since
        self._progress: Progress | None = None
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self.heard = False
        self.complete = False
        self.task: asyncio.Task[None] | None = None

    @property
    def log(self) -> Log:
        return Log(self._since, self._progress, tuple(self._tail))

    def take(self, line: str) -> bool:
        """Takes a line; whether it is progress that was not known."""
        self.heard = True
        progress = Progress.from_line(line)
        if progress is None:
            if line.strip():
                self._tail.append(line.rstrip()[:TAIL_WIDTH])
            return False
        if self._progress is not None and _moment(progress) <= _moment(self._progress):
            return False  # read again after the connection was lost
        self._progress = progress
        return True

    def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()


def _moment(progress: Progress) -> tuple[float, int]:
    return progress.time or 0.0, progress.step
