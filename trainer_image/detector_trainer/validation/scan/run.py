"""Scans all record files of a training: one file after the other, or in parallel processes, with the same result."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detector_trainer.contract import Finding
from detector_trainer.contract.shortened import shortened
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.readers import Reader
from detector_trainer.validation.scan.classes import ClassCounts
from detector_trainer.validation.scan.progress import Listener, ScanError, ScanProgress
from detector_trainer.validation.scan.reader_settings import ReaderSettings, settings_of, size_of
from detector_trainer.validation.scan.scan_checks import ScanChecks
from detector_trainer.validation.scan.shard import scan_shard
from detector_trainer.validation.scan.summary import Summary
from detector_trainer.validation.scan.totals import Dataset, Totals

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import SynchronizedArray

ALONE_BELOW = 32 << 20
"""Bytes: so few are read sooner than processes start."""
POLL_SECONDS = 0.2
LONGEST_NAME = 200
"""Characters of the name of a class in the report."""
GetChecks = Callable[[], ScanChecks]
"""A function of a module: other processes import it by its name."""


@dataclass(frozen=True)
class ScanOutcome:
    """What the scan found."""

    findings: list[Finding]
    stats: dict[str, object]


def scan_records(inputs: Inputs, get_checks: GetChecks, on_progress: Listener | None = None) -> ScanOutcome:
    """Read every record of every reader.

    A file that both training and evaluation read is read for each.

    Args:
        inputs: what to read.
        get_checks: returns what to check; called in each process that reads.
        on_progress: called from time to time.

    Raises:
        Unknown: the config or the label map cannot be read.
        ScanError: a process was killed.
    """
    readers = [inputs.train, *inputs.evals]
    all_settings = [settings_of(inputs, reader) for reader in readers]
    tasks = [(file, settings) for reader, settings in zip(readers, all_settings, strict=True) for file in reader.files]
    sizes = [size_of(file) for file, _ in tasks]
    checks = get_checks()
    watcher = _Watcher(sum(sizes), on_progress)
    processes = min(inputs.processes or os.cpu_count() or 1, len(tasks))
    if processes <= 1 or sum(sizes) < ALONE_BELOW:
        results = iter([scan_shard(file, settings, checks, watcher.advance) for file, settings in tasks])
    else:
        results = map(checks.read, _in_processes(tasks, get_checks, processes, watcher))
    return _conclude(inputs, checks, readers, all_settings, results)


def _conclude(
    inputs: Inputs, checks: ScanChecks, readers: list[Reader], all_settings: list[ReaderSettings], results: Iterator[Totals]
) -> ScanOutcome:
    merged = []
    for reader in readers:
        totals = checks.totals()
        for _ in reader.files:
            totals.merge(next(results))
        merged.append(totals)
    train = merged[0]
    dataset = Dataset(
        inputs=inputs,
        train_settings=all_settings[0],
        train_reader=readers[0].message,
        train_files=readers[0].files,
        train=train,
        evals=[
            (reader.name, reader.files, totals) for reader, totals in zip(readers[1:], merged[1:], strict=True) if reader.files
        ],
        batch_per_replica=inputs.config.train_config.batch_size // max(1, inputs.gpus or 1),
    )
    findings = list(checks.findings(dataset, zip(all_settings, merged, strict=True)))
    return ScanOutcome(findings, _stats(train, merged))


def _stats(train: Totals, merged: list[Totals]) -> dict[str, object]:
    """Numbers about the training records, and a checksum of the contents of all files, those for evaluation too."""
    checksum = hashlib.sha256(repr([totals.checksums for totals in merged]).encode()).hexdigest()[:32]
    seen = train[Summary]
    return {
        "records": train.records,
        "images": seen.images,
        "boxes": seen.boxes,
        "bytes": train.size,
        "maxBoxesPerImage": seen.max_boxes,
        "boxesPerImage": round(seen.boxes / seen.images, 2) if seen.images else 0.0,
        "smallestImage": seen.min_size,
        "largestImage": seen.max_size,
        "classes": _shown(train[ClassCounts].names.most_common(100)),
        "evalRecords": sum(totals.records for totals in merged[1:]),
        "recordsChecksum": checksum,
    }


def _shown(classes: list[tuple[str, int]]) -> dict[str, int]:
    """The classes under names that can be shown: those that begin alike for LONGEST_NAME characters are added up."""
    shown: Counter[str] = Counter()
    for name, count in classes:
        shown[shortened(name, LONGEST_NAME)] += count
    return dict(shown)


class _Watcher:
    """Sums up what was read, and tells the listener."""

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


def _in_processes(
    tasks: list[tuple[str, ReaderSettings]], get_checks: GetChecks, processes: int, watcher: _Watcher
) -> list[bytes]:
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
_checks: ScanChecks | None = None


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
