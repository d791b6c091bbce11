"""The checks of a scan: three kinds of modules, and their accumulators."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Protocol, cast

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.records.accumulator import Accumulator
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.classes import ClassCounts
from detector_trainer.records.damage import FileDamage
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.summary import Summary
from detector_trainer.records.tally import Hit, Tallies, Tally
from detector_trainer.records.totals import Totals
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Rule

REPORTED: tuple[type[Accumulator], ...] = (Summary, ClassCounts)
"""Accumulators of the report's statistics, independent of the checks."""


class FileCheck(Protocol):
    """A module that turns one kind of file damage into hits."""

    RULE: Rule
    DAMAGE: type[FileDamage]

    def hit(self, damage: FileDamage) -> Hit:
        """Describe the damage."""
        ...


class RecordCheck(Protocol):
    """A module whose check gets the columns of a chunk of records."""

    RULE: Rule

    def check(self, chunk: Chunk, settings: ReaderSettings) -> Iterable[Hit]:
        """Yield the hits in these records."""
        ...


class DatasetCheck(Protocol):
    """A module whose check gets the totals of all records, after the scan.

    It may define ACCUMULATORS, a tuple of the accumulators that it reads, its own or shared ones. It may also be a FileCheck or a
    RecordCheck: then it turns their hits into findings (`totals.hits`).
    """

    RULE: Rule

    def conclude(self, dataset: Dataset) -> Iterable[Finding]:
        """Yield the findings of the dataset."""
        ...


ScanCheck = FileCheck | RecordCheck | DatasetCheck


class ScanChecks:
    """The checks of a scan, in the order in which their findings are reported."""

    def __init__(self, checks: Sequence[ScanCheck]) -> None:
        self._checks = tuple(checks)
        self._of_damage = {
            module.DAMAGE: module for module in (cast(FileCheck, check) for check in self._checks if hasattr(check, "hit"))
        }
        self._accumulators = tuple(self._all_accumulators())

    def totals(self) -> Totals:
        """Return empty totals: an accumulator for each check that counts hits, and those that checks require."""
        return Totals.of(make() for make in self._accumulators)

    def read(self, data: bytes) -> Totals:
        """Parse totals that another process has written.

        Raises:
            IncompatibleTotals: it has other checks.
        """
        totals = self.totals()
        totals.read(data)
        return totals

    def _all_accumulators(self) -> Iterator[Callable[[], Accumulator]]:
        for check in self._checks:
            if hasattr(check, "hit") or hasattr(check, "check"):
                yield partial(Tallies, check.RULE.code, getattr(check, "check", None))
        yield from REPORTED
        required = (kind for check in self._checks for kind in getattr(check, "ACCUMULATORS", ()))
        yield from (kind for kind in dict.fromkeys(required) if kind not in REPORTED)

    def note(self, damage: FileDamage, totals: Totals) -> None:
        """Count the hit of a damaged file."""
        check = self._of_damage[type(damage)]
        totals.hits(check.RULE.code).count([check.hit(damage)])

    def findings(self, dataset: Dataset, readers: Iterable[tuple[ReaderSettings, Totals]]) -> Iterator[Finding]:
        """Yield findings: first of the hits of each reader, then of the checks over the whole dataset."""
        for settings, totals in readers:
            for check in self._checks:
                if not hasattr(check, "conclude"):
                    yield from _findings(check.RULE, totals.hits(check.RULE.code), training=settings.training)
        for check in self._checks:
            if hasattr(check, "conclude"):
                yield from check.conclude(dataset)


def _findings(rule: Rule, tallies: Tallies, *, training: bool) -> Iterator[Finding]:
    """Make one finding for each severity that was hit.

    Training reads no evaluation input: what is an error there is a warning.
    """
    for severity, tally in tallies.by_severity.items():
        yield _finding(rule, severity, tally, training)


def _finding(rule: Rule, severity: Severity | None, tally: Tally, training: bool) -> Finding:
    first = tally.examples[0]
    level = severity or rule.severity
    message = first.message
    if not training:
        level = Severity.WARNING if level is Severity.ERROR else level
        message = f"{message} (Evaluation only: training does not read this file.)"
    where = Where(file=first.file, record=first.record, field=first.field)
    return rule.finding(message, first.hint, where=where, count=max(1, tally.count), severity=level)
