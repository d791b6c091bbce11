"""Follow the logs of running trainers for their progress and last lines.

A log that grows too fast is a flood. It is not followed then; its end, with the newest progress, is read periodically instead.

A followed log may become silent although the trainer writes: the connection broke, or the kubelet rotated the file. Silence of a
followed log is therefore never evidence: `check` reads the end of the log with a separate request.
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

from detector_operator.controller.api_server import ApiServer
from detector_operator.controller.log_format import about
from detector_operator.controller.metrics_protocol import NoMetrics, OperatorMetrics
from detector_operator.controller.newest_lines import Newest, NewestLines
from detector_operator.controller.store import NamespacedName
from detector_operator.observe import Log
from detector_operator.observe.termination import TAIL_LINES
from detector_operator.reconcile.runs import LogView, Run, RunKind, RunState
from detector_trainer.contract import Progress

FIRST_RETRY_SECONDS: Final = 0.5
MAX_RETRY_SECONDS: Final = 60.0
LAST_LINES: Final = 200
"""Lines read from the end of a log: enough to contain a progress line."""
FIRST_LINES: Final = 10
"""Lines that a follow starts with: the log has just been read to its end."""
MAX_END_BYTES: Final = 4 << 20
"""Bytes read from the end of a log. A runtime splits lines at 16 KiB: LAST_LINES of them are fewer bytes."""
MAX_ERROR: Final = 300
"""Characters of an error that are reported."""
BYTES_PER_SECOND: Final = 16 << 10
"""Limit for one followed log, beyond BURST_BYTES. A trainer writes a few hundred."""
BURST_BYTES: Final = 256 << 10
LINE_BYTES: Final = 128
"""Cost of a line in addition to its bytes, because of the time to process it."""
FIRST_FLOOD_SECONDS: Final = 10.0
MAX_FLOOD_SECONDS: Final = 30.0
"""Maximum time between two reads of the end of a log that is a flood."""
FLOOD_MEMORY_SECONDS: Final = 300.0
"""For so long after a flood a missing progress line is not evidence: other lines may have followed it."""


class LogReader:
    """Follow each running trainer's log in a task.

    Args:
        server: the API server.
        on_change: called for a change that requires a reconcile now: the first progress, or a log that cannot be read.
        clock: the operator's clock.
        logger: receives errors.
        metrics: receives measurements.
        on_progress: called for further progress; default: `on_change`.
    """

    def __init__(
        self,
        server: ApiServer,
        on_change: Callable[[NamespacedName], None],
        clock: Callable[[], datetime],
        logger: logging.Logger,
        metrics: OperatorMetrics | None = None,
        on_progress: Callable[[NamespacedName], None] | None = None,
    ) -> None:
        self._server, self._on_change, self._clock, self._logger = server, on_change, clock, logger
        self._on_progress = on_progress or on_change
        self._metrics = metrics or NoMetrics()
        self._readers: dict[NamespacedName, dict[str, _Reader]] = {}

    def logs(self, key: NamespacedName) -> dict[str, Log]:
        """Return what was read, by pod name."""
        return {pod: reader.log for pod, reader in self._readers.get(key, {}).items()}

    def follow(self, key: NamespacedName, runs: Iterable[Run]) -> None:
        """Follow the running trainers, and forget those that no longer exist."""
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

    async def check(self, key: NamespacedName, run: Run) -> None:
        """Read the end of a log now, whether it is followed or not. A run that has not started has no log."""
        if run.pod is None:
            return
        reader = self._readers.setdefault(key, {}).setdefault(run.pod, _Reader())
        if run.state is RunState.RUNNING:
            await self._read_end(key, run.pod, reader)
        else:
            reader.record_pod_read(self._clock())

    def record_failure(self, key: NamespacedName, run: Run, error: Exception) -> None:
        """Record that the log of a run could not be read."""
        if run.pod is not None:
            self._readers.setdefault(key, {}).setdefault(run.pod, _Reader()).record_failure(self._clock(), error)

    async def read_to_end(self, key: NamespacedName, runs: Iterable[Run]) -> bool:
        """Read the end of the followed logs of trainers that have ended. Return whether there were any."""
        ended = {run.pod for run in runs if run.state is RunState.ENDED}
        unread = {pod: reader for pod, reader in self._readers.get(key, {}).items() if pod in ended and not reader.complete}
        for pod, reader in unread.items():
            reader.stop()
            await self._read_end(key, pod, reader)
            reader.complete = True
        return bool(unread)

    async def close(self) -> None:
        """Stop following all logs."""
        tasks = [reader.task for readers in self._readers.values() for reader in readers.values() if reader.task is not None]
        self._readers.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, key: NamespacedName, pod: str, reader: _Reader) -> None:
        pause, flood = FIRST_RETRY_SECONDS, 0.0
        while True:
            before = reader.log
            news = flooded = False
            if await self._read_end(key, pod, reader):
                news = reader.log.progress != before.progress
                if before.view.read_at is None or before.view.unavailable_since is not None:
                    self._on_change(key)
                elif news:
                    self._report_progress(key, before.progress)
                followed, flooded = await self._follow(key, pod, reader)
                news = news or followed
            elif before.view.unavailable_since is None:
                self._on_change(key)
            pause = FIRST_RETRY_SECONDS if news else min(2 * pause, MAX_RETRY_SECONDS)
            flood = min(max(FIRST_FLOOD_SECONDS, 2 * flood), MAX_FLOOD_SECONDS) if flooded else 0.0
            if flood == FIRST_FLOOD_SECONDS:
                self._logger.info("the log of %s grows too fast to be followed: reading only its end", pod, extra=about(key))
            # With jitter, because hundreds may have started together.
            await asyncio.sleep(max(flood, reader.recovery_seconds) * random.uniform(0.75, 1.0) if flooded else pause)

    async def _read_end(self, key: NamespacedName, pod: str, reader: _Reader) -> bool:
        """Read the last lines. Return whether that succeeded.

        A log may grow faster than it is read. Everything written before the request is in the first LAST_LINES.
        """
        lines = NewestLines()
        try:
            async with aclosing(self._chunks(key, pod, follow=False)) as chunks:
                async for chunk in chunks:
                    lines.feed(chunk)
                    if lines.lines > LAST_LINES or lines.bytes >= MAX_END_BYTES:
                        reader.record_flood()
                        break
                    await asyncio.sleep(0)
                else:
                    lines.finish()
        except Exception as error:  # noqa: BLE001 - whatever the error, the log cannot be read
            # Logged once, not at every attempt: it may last for hours.
            level = logging.DEBUG if reader.log.view.unavailable_since is not None else logging.WARNING
            self._logger.log(level, "cannot read the log of %s: %r", pod, error, extra=about(key))
            self._metrics.log_read_failed()
            reader.record_failure(self._clock(), error)
            return False
        reader.record_read(self._clock(), lines.take(), lines.bytes)
        return True

    async def _follow(self, key: NamespacedName, pod: str, reader: _Reader) -> tuple[bool, bool]:
        """Follow until the log or the connection ends, or the log is a flood. Return whether there was progress, and a flood."""
        news, lines = False, NewestLines()
        try:
            async with aclosing(self._chunks(key, pod, follow=True)) as chunks:
                reader.begin_tail()
                async for chunk in chunks:
                    lines.feed(chunk)
                    news = self._take(key, reader, lines.take()) or news
                    if not reader.budget.spend(chunk):
                        reader.record_flood()
                        return news, True
                    await asyncio.sleep(0)
                lines.finish()
                news = self._take(key, reader, lines.take()) or news
        except Exception as error:  # noqa: BLE001 - it is reopened after its end has been read
            self._logger.debug("following the log of %s: %r", pod, error, extra=about(key))
        return news, False

    def _take(self, key: NamespacedName, reader: _Reader, newest: Newest) -> bool:
        before = reader.log.progress
        if not reader.take(newest):
            return False
        self._report_progress(key, before)
        return True

    def _report_progress(self, key: NamespacedName, before: Progress | None) -> None:
        """Report progress; the first immediately, because it ends the start of the trainer."""
        (self._on_change if before is None else self._on_progress)(key)

    def _chunks(self, key: NamespacedName, pod: str, *, follow: bool) -> AsyncGenerator[bytes]:
        lines = FIRST_LINES if follow else LAST_LINES
        return self._server.log_chunks(key.namespace, pod, RunKind.TRAINING.value, lines, follow=follow)


class _Budget:
    """Limit how much of a log is followed (token bucket): BYTES_PER_SECOND, with bursts of BURST_BYTES."""

    def __init__(self) -> None:
        self._left, self._at = float(BURST_BYTES), _now()

    def spend(self, chunk: bytes) -> bool:
        """Spend the cost of a chunk. Return whether the budget sufficed."""
        self._refill()
        self._left -= len(chunk) + LINE_BYTES * chunk.count(b"\n")
        return self._left >= 0

    @property
    def recovery_seconds(self) -> float:
        """Return the time until a quarter of a burst is available: a follow starts with lines that were read before."""
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
        """Return the pause for a flood: the time that the bytes read would take at BYTES_PER_SECOND."""
        return min(max(self.budget.recovery_seconds, self._end_bytes / BYTES_PER_SECOND), MAX_RETRY_SECONDS)

    def record_flood(self) -> None:
        """Record that the log grows faster than it may be read."""
        self._flood_at = _now()

    def record_read(self, now: datetime, newest: Newest, size: int) -> None:
        """Record the end of the log. Without a progress line it proves nothing: it may just have been rotated.

        A flood without a progress line does not count as read.
        """
        progress, tail = newest
        self._end_bytes = size
        since = None if progress is not None else self._view.without_progress_since or now
        flood = self._flood_at is not None and _now() - self._flood_at < FLOOD_MEMORY_SECONDS
        read_at = self._view.read_at if flood and progress is None else now
        self._view = LogView(read_at=read_at, attempted_at=now, without_progress_since=since)
        if progress is not None and _order(progress) >= _order(self._progress):
            self._progress = progress  # a follow may have brought newer progress meanwhile
        if tail:
            self._tail = deque(tail, maxlen=TAIL_LINES)

    def record_pod_read(self, now: datetime) -> None:
        """Record that the pod was read, which has no log yet."""
        self._view = replace(self._view, read_at=now, attempted_at=now, unavailable_since=None, error="")

    def record_failure(self, now: datetime, error: Exception) -> None:
        self._view = replace(
            self._view,
            attempted_at=now,
            unavailable_since=self._view.unavailable_since or now,
            error=(str(error) or type(error).__name__)[:MAX_ERROR],
        )

    def begin_tail(self) -> None:
        """Replace the last lines when the next line arrives: a follow starts with them again."""
        self._fresh_tail = True

    def take(self, newest: Newest) -> bool:
        """Process lines of a followed log. Return whether they contain new progress.

        A follow starts with lines that were read before. The steps of one pod only increase, so no clock is needed to compare.
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
    """Return a sort key that only increases in the log of one pod."""
    return (progress.step, progress.last_checkpoint_step or 0) if progress is not None else (-1, 0)


def _now() -> float:
    return asyncio.get_running_loop().time()
