"""Classes are evaluated but never trained."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.records.classes import ClassCounts, shown
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/eval-class-not-trained",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(38,),
    silent_impact="worse: the mean over classes includes classes that could not be learned",
    verified_by=("tests/unit/validation/checks/records/test_eval_class_not_trained.py",),
    what="The evaluation records have boxes of classes that do not occur in the training records.",
    why="The model cannot learn them: each counts as 0 in the mAP, however well the others are detected.",
    fix="Split the images so that every class is in the training records, and check whether input_path lists all of these.",
)
ACCUMULATORS = (ClassCounts,)


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding for each evaluation reader."""
    settings, trained = dataset.train_settings, dataset.train[ClassCounts].ids
    if not dataset.classes_known or not trained:
        return
    for name, files, totals in dataset.evals:
        counts = totals[ClassCounts].ids
        missing = sorted(number for number in counts if not trained[number])
        if missing:
            yield RULE.finding(
                f"{len(missing)} of {len(counts)} evaluated classes have no training box: {shown(settings, missing, counts)}.",
                where=Where(file=files[0], field=f"{name}.tf_record_input_reader.input_path"),
                count=len(missing),
            )
