"""The training files hold no record."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.rule import Cost, Rule
from detector_trainer.validation.scan.totals import Dataset

RULE = Rule(
    code="records/no-records",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(23,),
    what="None of the training files has a record.",
    why="The trainer waits for ever, without a message and without an end.",
    fix="Make the record files again; a full disk or a writer that was not closed is the usual cause.",
)


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """One finding, where files could be read and were empty, or ended before the first record."""
    if dataset.train_files and not dataset.train.records and not dataset.train.damaged:
        yield RULE.finding(f"{len(dataset.train_files)} file(s) and no record.", where=Where(file=dataset.train_files[0]))
