"""A record file contains no record."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.records.damage import EmptyFile
from detector_trainer.records.tally import Hit
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/empty-file",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(23,),
    silent_impact="useless where no file has a record: the trainer waits indefinitely; otherwise worse, a warning",
    verified_by=("tests/trainer/test_train.py", "tests/unit/validation/checks/records/test_empty_file.py"),
    what="A record file is empty (0 bytes), or too short for one record.",
    why="If no file has a record, the trainer waits indefinitely without a message; otherwise it silently skips the empty file.",
    fix="Create the file again; the usual cause is a full disk, or a writer that was not closed.",
)


DAMAGE = EmptyFile


def hit(damage: EmptyFile) -> Hit:
    """Return the hit for such a file."""
    size = damage.size
    return Hit(damage.file, "The file is empty (0 bytes)." if size == 0 else f"The file has {size} bytes, too few for a record.")


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding for each reader: an error if the training would wait indefinitely, otherwise a warning."""
    for totals in (dataset.train, *(totals for _, _, totals in dataset.evals)):
        for tally in totals.hits(RULE.code).by_severity.values():
            first = tally.examples[0]
            waits = totals is dataset.train and not totals.records
            beside = "" if waits else " It is skipped silently."
            severity = Severity.ERROR if waits else Severity.WARNING
            yield RULE.finding(f"{first.message}{beside}", where=Where(file=first.file), count=tally.count, severity=severity)
