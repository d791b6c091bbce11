"""Follows the logs of running trainers: their progress, and their last lines."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Final

from aiohttp import ClientError

from detector_operator.observe import Log
from detector_operator.observe.words import TAIL_LINES, TAIL_WIDTH
from detector_operator.operate.api_server import ApiServer, Refused
from detector_operator.operate.store import Key
from detector_operator.reconcile.runs import Run, RunKind, RunState
from detector_trainer.contract import Progress

RETRY_SECONDS: Final = 5.0
FIRST_LINES: Final = 200
"""Lines read of a log that was there before: enough to have one of progress in them."""


class LogReader:
    """One task for each running trainer's pod."""

    def __init__(
        self, server: ApiServer, told: Callable[[Key], None], clock: Callable[[], datetime], logger: logging.Logger
    ) -> None:
        self._server, self._told, self._clock, self._logger = server, told, clock, logger
        self._readers: dict[tuple[Key, str], _Reader] = {}

    def logs(self, key: Key) -> dict[str, Log]:
        """What was read, by the name of the pod."""
        return {pod: reader.log for (owner, pod), reader in self._readers.items() if owner == key and reader.heard}

    def follow(self, key: Key, runs: tuple[Run, ...]) -> None:
        """Follows the trainers among the runs that are running, and no others."""
        wanted = {
            (key, run.pod)
            for run in runs
            if run.kind is RunKind.TRAINING and run.state is RunState.RUNNING and run.pod is not None
        }
        for place in wanted - self._readers.keys():
            reader = self._readers[place] = _Reader(self._clock())
            reader.task = asyncio.get_running_loop().create_task(self._read(place, reader), name=f"log of {place[1]}")
        for place in [place for place in self._readers if place[0] == key and place not in wanted]:
            self._readers.pop(place).stop()

    def close(self) -> None:
        """Follows nothing any more."""
        for reader in self._readers.values():
            reader.stop()
        self._readers.clear()

    async def _read(self, place: tuple[Key, str], reader: _Reader) -> None:
        key, pod = place
        while True:
            try:
                async for line in self._server.log_lines(key.namespace, pod, RunKind.TRAINING.value, FIRST_LINES):
                    if reader.take(line):
                        self._told(key)
            except Refused as error:
                self._logger.debug("%s/%s: log of %s: %s", *key, pod, error)
            except (ClientError, TimeoutError, OSError) as error:
                self._logger.debug("%s/%s: log of %s: %r", *key, pod, error)
            await asyncio.sleep(RETRY_SECONDS)


class _Reader:
    def __init__(self, since: datetime) -> None:
        self._since = since
        self._progress: Progress | None = None
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self.heard = False
        self.task: asyncio.Task[None] | None = None

    @property
    def log(self) -> Log:
        return Log(self._since, self._progress, tuple(self._tail))

    def take(self, line: str) -> bool:
        """Takes a line; whether it is progress."""
        self.heard = True
        progress = Progress.from_line(line)
        if progress is None:
            if line.strip():
                self._tail.append(line.rstrip()[:TAIL_WIDTH])
            return False
        self._progress = progress
        return True

    def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
