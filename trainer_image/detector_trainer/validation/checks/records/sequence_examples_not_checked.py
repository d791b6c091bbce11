"""Records of SequenceExamples are not checked."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/sequence-examples-not-checked",
    severity=Severity.INFO,
    cost=Cost.SCAN,
    catalogue=(36,),
    what="The reader reads SequenceExamples.",
    why="Their features are not checked yet; the framing of the files is.",
    fix="Run a few steps of the training to check that it reads them.",
)


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding."""
    if dataset.train_settings.sequence_examples:
        yield RULE.finding(
            "The features of SequenceExamples were not checked.", where=Where(field="train_input_reader.input_type")
        )
