"""The training input has no input_path."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/no-input-path",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(6,),
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="train_input_reader has no tf_record_input_reader with an input_path.",
    why='The trainer fails with "At least one input path must be specified", or "Unsupported input_reader_config".',
    fix="Set train_input_reader { tf_record_input_reader { input_path: … } }.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    if not inputs.train.patterns:
        yield RULE.finding(
            "train_input_reader has no input_path.",
            where=Where(file=inputs.pipeline_config, field="train_input_reader.tf_record_input_reader.input_path"),
        )
