"""The training reads fewer records than a batch."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/fewer-than-batch",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(23,),
    silent_impact="useless: the trainer waits indefinitely for a full batch",
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="num_epochs of the training input is set and yields fewer records than a batch.",
    why="With drop_remainder no batch is ever full: the trainer waits indefinitely.",
    fix="Remove num_epochs from train_input_reader: the trainer repeats the data anyway.",
)


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding. Without num_epochs any number of records is sufficient."""
    reader = dataset.train_reader
    given = dataset.train.records * reader.num_epochs
    if reader.num_epochs and reader.drop_remainder and 0 < given < dataset.batch_per_replica:
        yield RULE.finding(
            f"{dataset.train.records} records x {reader.num_epochs} epochs are fewer than a batch of {dataset.batch_per_replica}.",
            where=Where(file=dataset.train_files[0], field="train_input_reader.num_epochs"),
        )
