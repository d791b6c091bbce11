"""Scans record files: one after the other, or in parallel processes, with the same result."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import TYPE_CHECKING

from detector_trainer.records.progress import Listener, ScanError, ScanProgress
from detector_trainer.records.reader_settings import ReaderSettings, size_of
from detector_trainer.records.shard import Checks, scan_shard
from detector_trainer.records.totals import Totals

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import SynchronizedArray

ALONE_BELOW = 32 << 20
"""Bytes: so few are read sooner than processes start."""
POLL_SECONDS = 0.2
Task = tuple[str, ReaderSettings]
"""A record file, and the settings of the reader that reads it."""
GetChecks = Callable[[], Checks]
"""A function of a module: other processes import it by its name."""


def scan_files(
    tasks: list[Task], get_checks: GetChecks, processes: int | None = None, on_progress: Listener | None = None
) -> Iterator[Totals]:
    """Read every record of some files.

    Args:
        tasks: what to read.
        get_checks: returns what to check; called in each process that reads.
        processes: how many may read at a time; None for one a core.
        on_progress: called from time to time.

    Returns:
        The totals of each file, in the order of the tasks.

    Raises:
        ScanError: a process was killed.
    """
    sizes = [size_of(file) for file, _ in tasks]
    checks = get_checks()
    watcher = _Watcher(sum(sizes), on_progress)
    processes = min(processes or os.cpu_count() or 1, len(tasks))
    if processes <= 1 or sum(sizes) < ALONE_BELOW:
        return iter([scan_shard(file, settings, checks, watcher.advance) for file, settings in tasks])
    return map(checks.read, _in_processes(tasks, get_checks, processes, watcher))


class _Watcher:
    """Adds up what was read, and notifies the listener."""

    def __init__(self, total_bytes: int, listener: Listener | None) -> None:
        self._total, self._listener = total_bytes, listener
        self._started = time.monotonic()
        self._records = self._bytes = 0

    def advance(self, records: int, size: int) -> None:
        self.reached(self._records + records, self._bytes + size)

    def reached(self, records: int, size: int) -> None:
        self._records, self._bytes = records, size
        if self._listener is not None:
            self._listener(ScanProgress(records, size, self._total, time.monotonic() - self._started))


def _in_processes(tasks: list[Task], get_checks: GetChecks, processes: int, watcher: _Watcher) -> list[bytes]:
    """Read each file in one of several processes; return the totals, written, in the order of the files."""
    context = multiprocessing.get_context("spawn")  # a fork would copy the threads of a progress bar, but not run them
    counters = context.Array("q", 2)
    with ProcessPoolExecutor(processes, context, initializer=_start_worker, initargs=(counters, get_checks)) as pool:
        futures = [pool.submit(_work, file, settings) for file, settings in tasks]
        pending: set[Future[bytes]] = set(futures)
        try:
            while pending:
                _, pending = wait(pending, POLL_SECONDS, FIRST_COMPLETED)
                watcher.reached(counters[0], counters[1])
            return [future.result() for future in futures]
        except BrokenProcessPool:
            raise ScanError(
                "a process that read records was killed, most often because memory ran out; try again with --processes 1"
            ) from None
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


_counters: SynchronizedArray[int] | None = None
_checks: Checks | None = None


def _start_worker(counters: SynchronizedArray[int], get_checks: GetChecks) -> None:
    global _counters, _checks
    _counters, _checks = counters, get_checks()


def _work(file: str, settings: ReaderSettings) -> bytes:
    assert _checks is not None  # in a worker
    return scan_shard(file, settings, _checks, _advance).to_bytes()


def _advance(records: int, size: int) -> None:
    assert _counters is not None  # in a worker
    with _counters.get_lock():
        _counters[0] += records
        _counters[1] += size
