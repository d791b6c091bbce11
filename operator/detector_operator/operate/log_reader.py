"""Follows the logs of running trainers: their progress, and their last lines."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from aiohttp import ClientError

from detector_operator.observe import Log
from detector_operator.observe.words import TAIL_LINES, TAIL_WIDTH
from detector_operator.operate.api_server import ApiServer, Refused
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
                async for line in self._server.log_lines(key.namespace, pod, RunKind.TRAINING.value, FIRST_LINES, follow=False):
                    reader.take(line)
            except (Refused, ClientError, TimeoutError, OSError) as error:
                self._logger.debug("%s/%s: end of the log of %s: %r", *key, pod, error)
            reader.complete = True
        return bool(unread)

    def close(self) -> None:
        """Follows nothing any more."""
        for readers in self._readers.values():
            for reader in readers.values():
                reader.stop()
        self._readers.clear()

    async def _read(self, key: Key, pod: str, reader: _Reader) -> None:
        pause = FIRST_RETRY_SECONDS
        while True:
            try:
                async for line in self._server.log_lines(key.namespace, pod, RunKind.TRAINING.value, FIRST_LINES, follow=True):
                    pause = FIRST_RETRY_SECONDS
                    if reader.take(line):
                        self._told(key)
            except (Refused, ClientError, TimeoutError, OSError) as error:  # it may not have started yet
                self._logger.debug("%s/%s: log of %s: %r", *key, pod, error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_RETRY_SECONDS)


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
        known = self._progress is not None and progress.step <= self._progress.step
        self._progress = progress
        return not known

    def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
