"""Follows the logs of running trainers: their progress, and their last lines.

A log that grows faster than anybody could read it is a flood. It is not followed then, and its end is read from time to time:
what counts is at the end.

A followed log may fall silent although the trainer writes: a broken connection, a kubelet that rotated the file. So a follow is
never the evidence that there is nothing: `check` reads the end of the log with a request of its own.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Final

from detector_operator.observe import Log
from detector_operator.observe.words import TAIL_LINES
from detector_operator.operate.api_server import ApiServer
from detector_operator.operate.log_format import about
from detector_operator.operate.metrics_protocol import NoMetrics, OperatorMetrics
from detector_operator.operate.newest_lines import Newest, NewestLines
from detector_operator.operate.store import Key
from detector_operator.reconcile.runs import LogView, Run, RunKind, RunState
from detector_trainer.contract import Progress

FIRST_RETRY_SECONDS: Final = 0.5
LONGEST_RETRY_SECONDS: Final = 60.0
LAST_LINES: Final = 200
"""Lines that are read of the end of a log: enough to have one of progress in them."""
FIRST_LINES: Final = 10
"""Lines that a follow begins with: its log has just been read to its end."""
MOST_OF_AN_END: Final = 4 << 20
"""Bytes that are read of the end of a log. A runtime cuts lines at 16 KiB: LAST_LINES of them are less."""
LONGEST_ERROR: Final = 300
"""Characters of an error that are reported."""
BYTES_PER_SECOND: Final = 16 << 10
"""Of one log that is followed, beyond BURST_BYTES. A trainer writes some hundred."""
BURST_BYTES: Final = 256 << 10
LINE_BYTES: Final = 128
"""What a line costs besides its bytes: it takes as long to receive one as so many."""
FIRST_FLOOD_SECONDS: Final = 10.0
LONGEST_FLOOD_SECONDS: Final = 30.0
"""How long the end of a log that is a flood is not read again."""
FLOOD_MEMORY_SECONDS: Final = 300.0
"""For so long after a flood a missing progress line is no evidence: others have come between it and the end of the log."""


class LogReader:
    """One task for each running trainer's pod.

    Args:
        server: where to read.
        told: is called when there is news of a log that is worth a reconcile now: its first progress, that it cannot be read.
        clock: the operator's clock.
        logger: for what cannot be read.
        metrics: receives measurements.
        progressed: is called, instead of `told`, when there is further progress.
    """

    def __init__(
        self,
        server: ApiServer,
        told: Callable[[Key], None],
        clock: Callable[[], datetime],
        logger: logging.Logger,
        metrics: OperatorMetrics | None = None,
        progressed: Callable[[Key], None] | None = None,
    ) -> None:
        self._server, self._told, self._clock, self._logger = server, told, clock, logger
        self._progressed = progressed or told
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
        pause, flood = FIRST_RETRY_SECONDS, 0.0
        while True:
            before = reader.log
            news = flooded = False
            if await self._read_end(key, pod, reader):
                news = reader.log.progress != before.progress
                if before.view.read_at is None or before.view.unavailable_since is not None:
                    self._told(key)
                elif news:
                    self._tell(key, before.progress)
                followed, flooded = await self._follow(key, pod, reader)
                news = news or followed
            elif before.view.unavailable_since is None:
                self._told(key)
            pause = FIRST_RETRY_SECONDS if news else min(2 * pause, LONGEST_RETRY_SECONDS)
            flood = min(max(FIRST_FLOOD_SECONDS, 2 * flood), LONGEST_FLOOD_SECONDS) if flooded else 0.0
            if flood == FIRST_FLOOD_SECONDS:
                self._logger.info("the log of %s grows too fast to be followed: only its end is read", pod, extra=about(key))
            # Not all at the same time, where hundreds began together.
            await asyncio.sleep(max(flood, reader.recovery_seconds) * random.uniform(0.75, 1.0) if flooded else pause)

    async def _read_end(self, key: Key, pod: str, reader: _Reader) -> bool:
        """Read the last lines; return whether they could be read.

        A log may grow faster than it is read, and have no end. What was written before the request is in the first LAST_LINES.
        """
        lines = NewestLines()
        try:
            async with aclosing(self._chunks(key, pod, follow=False)) as chunks:
                async for chunk in chunks:
                    lines.feed(chunk)
                    if lines.lines > LAST_LINES or lines.bytes >= MOST_OF_AN_END:
                        reader.flooded()
                        break
                    await asyncio.sleep(0)
                else:
                    lines.finish()
        except Exception as error:  # noqa: BLE001 - whatever it is, the log cannot be read, and nothing else is known
            # Once, not at every attempt: it may last for hours.
            level = logging.DEBUG if reader.log.view.unavailable_since is not None else logging.WARNING
            self._logger.log(level, "log of %s cannot be read: %r", pod, error, extra=about(key))
            self._metrics.log_read_failed()
            reader.failed(self._clock(), error)
            return False
        reader.was_read(self._clock(), lines.take(), lines.bytes)
        return True

    async def _follow(self, key: Key, pod: str, reader: _Reader) -> tuple[bool, bool]:
        """Read until the log, or the connection, ends, or until it is a flood; return whether there was progress, and a flood."""
        news, lines = False, NewestLines()
        try:
            async with aclosing(self._chunks(key, pod, follow=True)) as chunks:
                reader.begin_tail()
                async for chunk in chunks:
                    lines.feed(chunk)
                    news = self._take(key, reader, lines.take()) or news
                    if not reader.budget.spend(chunk):
                        reader.flooded()
                        return news, True
                    await asyncio.sleep(0)
                lines.finish()
                news = self._take(key, reader, lines.take()) or news
        except Exception as error:  # noqa: BLE001 - nobody else would open it again; its end is read first
            self._logger.debug("following the log of %s: %r", pod, error, extra=about(key))
        return news, False

    def _take(self, key: Key, reader: _Reader, newest: Newest) -> bool:
        before = reader.log.progress
        if not reader.take(newest):
            return False
        self._tell(key, before)
        return True

    def _tell(self, key: Key, before: Progress | None) -> None:
        """Report progress: the first immediately, for it ends a start."""
        (self._told if before is None else self._progressed)(key)

    def _chunks(self, key: Key, pod: str, *, follow: bool) -> AsyncGenerator[bytes]:
        lines = FIRST_LINES if follow else LAST_LINES
        return self._server.log_chunks(key.namespace, pod, RunKind.TRAINING.value, lines, follow=follow)


class _Budget:
    """How much of a log may be followed: BYTES_PER_SECOND, and BURST_BYTES at a time."""

    def __init__(self) -> None:
        self._left, self._at = float(BURST_BYTES), _now()

    def spend(self, chunk: bytes) -> bool:
        """Spend what a chunk costs; return whether that was left."""
        self._refill()
        self._left -= len(chunk) + LINE_BYTES * chunk.count(b"\n")
        return self._left >= 0

    @property
    def recovery_seconds(self) -> float:
        """How long it takes until a quarter of a burst may be spent: a follow begins with lines that were read before."""
        self._refill()
        return max(0.0, BURST_BYTES / 4 - self._left) / BYTES_PER_SECOND

    def _refill(self) -> None:
        now = _now()
        self._left, self._at = min(float(BURST_BYTES), self._left + (now - self._at) * BYTES_PER_SECOND), now


class _Reader:
    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._fresh_tail = False
        self._end_bytes = 0
        self._flood_at: float | None = None
        self._view = LogView()
        self.complete = False
        self.budget = _Budget()
        self.task: asyncio.Task[None] | None = None

    @property
    def log(self) -> Log:
        return Log(self._view, self._progress, tuple(self._tail))

    @property
    def recovery_seconds(self) -> float:
        """How long a log that is a flood is left alone: as long as its end and what was followed would take at an even pace."""
        return min(max(self.budget.recovery_seconds, self._end_bytes / BYTES_PER_SECOND), LONGEST_RETRY_SECONDS)

    def flooded(self) -> None:
        """Note that the log grows faster than it is read."""
        self._flood_at = _now()

    def was_read(self, now: datetime, newest: Newest, size: int) -> None:
        """Take the end of the log. One without a progress line may just have been rotated: it disproves nothing.

        Neither does one that is a flood: it does not count as read then.
        """
        progress, tail = newest
        self._end_bytes = size
        since = None if progress is not None else self._view.without_progress_since or now
        flood = self._flood_at is not None and _now() - self._flood_at < FLOOD_MEMORY_SECONDS
        read_at = self._view.read_at if flood and progress is None else now
        self._view = LogView(read_at=read_at, attempted_at=now, without_progress_since=since)
        if progress is not None and _order(progress) >= _order(self._progress):
            self._progress = progress  # an answer may be older than what a follow has brought meanwhile
        if tail:
            self._tail = deque(tail, maxlen=TAIL_LINES)

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

    def take(self, newest: Newest) -> bool:
        """Take lines of a followed log; return whether they have progress that was not known.

        A follow begins with lines that were read before. The steps of one pod only rise, so no clock is needed to tell.
        """
        progress, tail = newest
        if tail:
            if self._fresh_tail:
                self._fresh_tail = False
                self._tail.clear()
            self._tail.extend(tail)
        if progress is None or _order(progress) <= _order(self._progress):
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


def _now() -> float:
    return asyncio.get_running_loop().time()
