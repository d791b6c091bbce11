"""Follows the logs of running trainers: their progress, and their last lines.

A followed log may fall silent although the trainer writes: a broken connection, a kubelet that rotated the file. So a follow is
never the evidence that there is nothing: `check` reads the end of the log with a request of its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Final

from detector_operator.observe import Log
from detector_operator.observe.words import TAIL_LINES, TAIL_WIDTH
from detector_operator.operate.api_server import ApiServer
from detector_operator.operate.log_format import about
from detector_operator.operate.metrics_protocol import NoMetrics, OperatorMetrics
from detector_operator.operate.store import Key
from detector_operator.reconcile.runs import LogView, Run, RunKind, RunState
from detector_trainer.contract import Progress

FIRST_RETRY_SECONDS: Final = 0.5
LONGEST_RETRY_SECONDS: Final = 60.0
LAST_LINES: Final = 200
"""Lines that are read of the end of a log: enough to have one of progress in them."""
LONGEST_ERROR: Final = 300
"""Characters of an error that are reported."""


class LogReader:
    """One task for each running trainer's pod."""

    def __init__(
        self,
        server: ApiServer,
        told: Callable[[Key], None],
        clock: Callable[[], datetime],
        logger: logging.Logger,
        metrics: OperatorMetrics | None = None,
    ) -> None:
        self._server, self._told, self._clock, self._logger = server, told, clock, logger
        self._metrics = metrics or NoMetrics()
        self._readers: dict[Key, dict[str, _Reader]] = {}

    def logs(self, key: Key) -> dict[str, Log]:
        """Return what was read, by the name of the pod."""
        return {pod: reader.log for pod, reader in self._readers.get(key, {}).items()}

    def follow(self, key: Key, runs: Iterable[Run]) -> None:
        """Follow the trainers that are running, and forget those that are gone."""
        trainers = {run.pod: run for run in runs if run.kind is RunKind.TRAINING and run.pod is not None}
        readers = self._readers.setdefault(key, {})
        for pod in readers.keys() - trainers.keys():
            readers.pop(pod).stop()
        for pod, run in trainers.items():
            if run.state is RunState.RUNNING and (pod not in readers or readers[pod].task is None):
                reader = readers.setdefault(pod, _Reader())
                reader.task = asyncio.get_running_loop().create_task(self._read(key, pod, reader), name=f"log of {pod}")
        if not readers:
            del self._readers[key]

    async def check(self, key: Key, run: Run) -> None:
        """Read the end of a log now, whether it is followed or not. A run that has not started has none."""
        if run.pod is None:
            return
        reader = self._readers.setdefault(key, {}).setdefault(run.pod, _Reader())
        if run.state is RunState.RUNNING:
            await self._read_end(key, run.pod, reader)
        else:
            reader.was_seen(self._clock())

    def failed(self, key: Key, run: Run, error: Exception) -> None:
        """Note that a run could not be read."""
        if run.pod is not None:
            self._readers.setdefault(key, {}).setdefault(run.pod, _Reader()).failed(self._clock(), error)

    async def read_to_end(self, key: Key, runs: Iterable[Run]) -> bool:
        """Read the end of the logs of trainers that have ended and were followed; return whether there was any."""
        ended = {run.pod for run in runs if run.state is RunState.ENDED}
        unread = {pod: reader for pod, reader in self._readers.get(key, {}).items() if pod in ended and not reader.complete}
        for pod, reader in unread.items():
            reader.stop()
            await self._read_end(key, pod, reader)
            reader.complete = True
        return bool(unread)

    async def close(self) -> None:
        """Follow nothing any more."""
        tasks = [reader.task for readers in self._readers.values() for reader in readers.values() if reader.task is not None]
        self._readers.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, key: Key, pod: str, reader: _Reader) -> None:
        pause = FIRST_RETRY_SECONDS
        while True:
            before = reader.log
            news = False
            if await self._read_end(key, pod, reader):
                news = reader.log.progress != before.progress
                if news or (before.view.read_at is None) or (before.view.unavailable_since is not None):
                    self._told(key)
                news = await self._follow(key, pod, reader) or news
            elif before.view.unavailable_since is None:
                self._told(key)
            pause = FIRST_RETRY_SECONDS if news else min(2 * pause, LONGEST_RETRY_SECONDS)
            await asyncio.sleep(pause)

    async def _read_end(self, key: Key, pod: str, reader: _Reader) -> bool:
        """Read the last lines; return whether they could be read."""
        tail: deque[str] = deque(maxlen=TAIL_LINES)
        progress: Progress | None = None
        try:
            async with aclosing(self._lines(key, pod, LAST_LINES, follow=False)) as lines:
                async for line in lines:
                    if (found := Progress.from_line(line)) is not None:
                        progress = found
                    elif line.strip():
                        tail.append(line.rstrip()[:TAIL_WIDTH])
        except Exception as error:  # noqa: BLE001 - whatever it is, the log cannot be read, and nothing else is known
            self._logger.debug("log of %s: %r", pod, error, extra=about(key))
            self._metrics.log_read_failed()
            reader.failed(self._clock(), error)
            return False
        reader.was_read(self._clock(), progress, tail)
        return True

    async def _follow(self, key: Key, pod: str, reader: _Reader) -> bool:
        """Take lines until the log, or the connection, ends; return whether there was progress."""
        news = False
        try:
            async with aclosing(self._lines(key, pod, LAST_LINES, follow=True)) as lines:
                reader.begin_tail()
                async for line in lines:
                    if reader.take(line):
                        news = True
                        self._told(key)
        except Exception as error:  # noqa: BLE001 - nobody else would open it again; its end is read first
            self._logger.debug("following the log of %s: %r", pod, error, extra=about(key))
        return news

    def _lines(self, key: Key, pod: str, tail: int, *, follow: bool) -> AsyncGenerator[str]:
        return self._server.log_lines(key.namespace, pod, RunKind.TRAINING.value, tail, follow=follow)


class _Reader:
    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._fresh_tail = False
        self._view = LogView()
        self.complete = False
        self.task: asyncio.Task[None] | None = None

    @property
    def log(self) -> Log:
        return Log(self._view, self._progress, tuple(self._tail))

    def was_read(self, now: datetime, progress: Progress | None, tail: Iterable[str] = ()) -> None:
        """Take the end of the log. One without a progress line may just have been rotated: it disproves nothing."""
        since = None if progress is not None else self._view.without_progress_since or now
        self._view = LogView(read_at=now, attempted_at=now, without_progress_since=since)
        if progress is not None and _order(progress) >= _order(self._progress):
            self._progress = progress  # an answer may be older than what a follow has brought meanwhile
        if last := tuple(tail):
            self._tail = deque(last, maxlen=TAIL_LINES)

    def was_seen(self, now: datetime) -> None:
        """Note that the pod was read, which has no log yet."""
        self._view = replace(self._view, read_at=now, attempted_at=now, unavailable_since=None, error="")

    def failed(self, now: datetime, error: Exception) -> None:
        self._view = replace(
            self._view,
            attempted_at=now,
            unavailable_since=self._view.unavailable_since or now,
            error=(str(error) or type(error).__name__)[:LONGEST_ERROR],
        )

    def begin_tail(self) -> None:
        """Forget the last lines as soon as another one comes: a follow begins with them again."""
        self._fresh_tail = True

    def take(self, line: str) -> bool:
        """Take a line of a followed log; return whether it is progress that was not known.

        A follow begins with lines that were read before. The steps of one pod only rise, so no clock is needed to tell.
        """
        progress = Progress.from_line(line)
        if progress is None:
            if line.strip():
                if self._fresh_tail:
                    self._fresh_tail = False
                    self._tail.clear()
                self._tail.append(line.rstrip()[:TAIL_WIDTH])
            return False
        if _order(progress) <= _order(self._progress):
            return False
        self._view = replace(self._view, without_progress_since=None)
        self._progress = progress
        return True

    def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()


def _order(progress: Progress | None) -> tuple[int, int]:
    """Return what only rises in the log of one pod."""
    return (progress.step, progress.last_checkpoint_step or 0) if progress is not None else (-1, 0)
