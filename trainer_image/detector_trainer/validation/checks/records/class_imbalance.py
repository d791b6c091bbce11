"""Classes have far fewer boxes than others, or almost none."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.records.classes import FEW_BOXES, ClassCounts, shown
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/class-imbalance",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(38,),
    silent_impact="worse: rare classes are hardly detected",
    verified_by=("tests/unit/validation/checks/records/test_class_imbalance.py",),
    what="A class has fewer than 10 boxes, or more than 100 times fewer than the most frequent one.",
    why="The trainer reports nothing and the loss falls: the model learns the frequent classes, the rare ones hardly or not at all.",
    fix="Add images of the rare classes, or give their records more weight (sample_from_datasets_weights).",
)
ACCUMULATORS = (ClassCounts,)
FEW = 10
TIMES = 100


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding. Classes without a box and small datasets are skipped."""
    settings, seen = dataset.train_settings, dataset.train[ClassCounts].ids
    if not dataset.classes_known or seen.total() < FEW_BOXES or dataset.train_reader.sample_from_datasets_weights:
        return
    (most, highest), *_ = seen.most_common(1)
    rare = sorted(
        (number for number, count in seen.items() if count < FEW or count * TIMES < highest), key=lambda it: (seen[it], it)
    )
    if rare:
        yield RULE.finding(
            f"{shown(settings, [most])} has {highest:,} boxes; {len(rare)} of {len(seen)} classes have few: {shown(settings, rare, seen)}.",
            where=Where(file=dataset.train_files[0], field="image/object/class/text"),
            count=len(rare),
        )
