"""Scans all record files of a training: one file after the other, or in parallel processes, with the same result."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING

from detector_trainer.contract import Finding
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.readers import Reader
from detector_trainer.validation.scan.job import Job, job_of, size_of
from detector_trainer.validation.scan.progress import Listener, ScanError, ScanProgress
from detector_trainer.validation.scan.shard import scan_shard
from detector_trainer.validation.scan.table import DATASET_CHECKS, RULES
from detector_trainer.validation.scan.totals import Dataset, Totals

if TYPE_CHECKING:
    from multiprocessing.sharedctypes import SynchronizedArray

ALONE_BELOW = 32 << 20
"""Bytes: so few are read sooner than processes start."""
POLL_SECONDS = 0.2
LONGEST_NAME = 200
"""Characters of the name of a class in the report."""


@dataclass(frozen=True)
class ScanOutcome:
    """What the scan found."""

    findings: list[Finding]
    stats: dict[str, object]


def scan_records(inputs: Inputs, on_progress: Listener | None = None) -> ScanOutcome:
    """Reads every record of every reader.

    A file that both training and evaluation read is read for each.

    Raises:
        Unknown: the config or the label map cannot be read.
        ScanError: a process was killed.
    """
    readers = [inputs.train, *inputs.evals]
    jobs = [job_of(inputs, reader) for reader in readers]
    tasks = [(file, job) for reader, job in zip(readers, jobs, strict=True) for file in reader.files]
    sizes = [size_of(file) for file, _ in tasks]
    watcher = _Watcher(sum(sizes), on_progress)
    processes = min(inputs.processes or os.cpu_count() or 1, len(tasks))
    if processes <= 1 or sum(sizes) < ALONE_BELOW:
        results = [scan_shard(file, job, watcher.advance) for file, job in tasks]
    else:
        results = _in_processes(tasks, processes, watcher)
    return _conclude(inputs, readers, jobs, iter(results))


def _conclude(inputs: Inputs, readers: list[Reader], jobs: list[Job], results: Iterator[Totals]) -> ScanOutcome:
    merged = []
    for reader in readers:
        totals = Totals()
        for _ in reader.files:
            totals.merge(next(results))
        merged.append(totals)
    train = merged[0]
    dataset = Dataset(
        inputs=inputs,
        train_job=jobs[0],
        train_reader=readers[0].message,
        train_files=readers[0].files,
        train=train,
        evals=[
            (reader.name, reader.files, totals) for reader, totals in zip(readers[1:], merged[1:], strict=True) if reader.files
        ],
        batch_per_replica=inputs.config.train_config.batch_size // max(1, inputs.gpus or 1),
    )
    findings: list[Finding] = []
    for job, totals in zip(jobs, merged, strict=True):
        findings += totals.tallies.findings(RULES, training=job.training)
    for check in DATASET_CHECKS:
        findings += check.conclude(dataset)
    return ScanOutcome(findings, _stats(train, merged))


def _stats(train: Totals, merged: list[Totals]) -> dict[str, object]:
    """Numbers about the training records, and a checksum of the contents of all files, those for evaluation too."""
    checksum = hashlib.sha256(repr([totals.checksums for totals in merged]).encode()).hexdigest()[:32]
    return {
        "records": train.records,
        "images": train.images,
        "boxes": train.boxes,
        "bytes": train.size,
        "maxBoxesPerImage": train.max_boxes,
        "boxesPerImage": round(train.boxes / train.images, 2) if train.images else 0.0,
        "smallestImage": train.min_size,
        "largestImage": train.max_size,
        "classes": _shown(train.classes.most_common(100)),
        "evalRecords": sum(totals.records for totals in merged[1:]),
        "recordsChecksum": checksum,
    }


def _shown(classes: list[tuple[str, int]]) -> dict[str, int]:
    """The classes under names that can be shown: those that begin alike for LONGEST_NAME characters are added up."""
    shown: Counter[str] = Counter()
    for name, count in classes:
        shown[name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"] += count
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


def _in_processes(tasks: list[tuple[str, Job]], processes: int, watcher: _Watcher) -> list[Totals]:
    """Each file in one of several processes; the results in the order of the files."""
    context = multiprocessing.get_context("spawn")  # a fork would copy the threads of a progress bar, but not run them
    counters = context.Array("q", 2)
    with ProcessPoolExecutor(processes, context, initializer=_start_worker, initargs=(counters,)) as pool:
        futures = [pool.submit(_work, file, job) for file, job in tasks]
        pending: set[Future[Totals]] = set(futures)
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


def _start_worker(counters: SynchronizedArray[int]) -> None:
    global _counters
    _counters = counters


def _work(file: str, job: Job) -> Totals:
    return scan_shard(file, job, _advance)


def _advance(records: int, size: int) -> None:
    assert _counters is not None  # in a worker
    with _counters.get_lock():
        _counters[0] += records
        _counters[1] += size
