"""Scans the records of a training, and turns the totals of the checks into findings and statistics."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from detector_trainer.contract import Finding
from detector_trainer.contract.shortened import shortened
from detector_trainer.pipeline.readers import Reader
from detector_trainer.records.classes import ClassCounts
from detector_trainer.records.progress import Listener
from detector_trainer.records.reader_settings import ReaderSettings, settings_of
from detector_trainer.records.scan import scan_files
from detector_trainer.records.summary import Summary
from detector_trainer.records.totals import Totals
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.scan_checks import ScanChecks

LONGEST_NAME = 200
"""Characters of the name of a class in the report."""
GetChecks = Callable[[], ScanChecks]
"""A function of a module: other processes import it by its name."""


@dataclass(frozen=True)
class ScanOutcome:
    """The result of the scan."""

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
    all_settings = [settings_of(inputs.config, reader, decode_images=inputs.decode_images) for reader in readers]
    tasks = [(file, settings) for reader, settings in zip(readers, all_settings, strict=True) for file in reader.files]
    results = scan_files(tasks, get_checks, inputs.processes, on_progress)
    return _conclude(inputs, get_checks(), readers, all_settings, results)


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
    """Compute statistics of the training records, and a checksum of all files, including evaluation."""
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
    """Shorten the names of classes to LONGEST_NAME characters; classes with the same shortened name are added up."""
    shown: Counter[str] = Counter()
    for name, count in classes:
        shown[shortened(name, LONGEST_NAME)] += count
    return dict(shown)
