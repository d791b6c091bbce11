"""Classes of the label map have no box."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.records.classes import FEW_BOXES, ClassCounts, shown
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/class-never-seen",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(38,),
    silent_impact="worse: the class is never detected",
    verified_by=("tests/unit/validation/checks/records/test_class_never_seen.py",),
    what="Classes of the label map have no box in the training records.",
    why="The model has outputs for these classes and learns never to use them: it will not detect such objects.",
    fix="Check whether input_path lacks their records; otherwise remove the classes from the label map, or add images of them.",
)
ACCUMULATORS = (ClassCounts,)
TO_EXPECT = 10
"""Boxes for each class: with fewer on average, a class without a box is not conspicuous."""


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding; none if the dataset has so few boxes that a class may have none by chance. Another check reports ids above num_classes."""
    settings, seen = dataset.train_settings, dataset.train[ClassCounts].ids
    remapped = any(option.HasField("remap_labels") for option in dataset.inputs.config.train_config.data_augmentation_options)
    if not settings.id_names or not dataset.classes_known or not seen or remapped:
        return
    classes = [number for number in sorted(settings.id_names) if 1 <= number <= settings.num_classes]
    missing = [number for number in classes if not seen[number]]
    boxes = seen.total()
    if missing and boxes >= min(FEW_BOXES, TO_EXPECT * len(classes)):
        yield RULE.finding(
            f"{len(missing)} of {len(classes)} classes have none of the {boxes:,} boxes: {shown(settings, missing)}.",
            where=Where(file=dataset.train_files[0], field="image/object/class/text"),
            count=len(missing),
        )
