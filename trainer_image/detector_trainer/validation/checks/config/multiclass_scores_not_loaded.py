"""use_multiclass_scores is set, but the scores are not loaded (inputs.py: transform_input_data)."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/multiclass-scores-not-loaded",
    severity=Severity.ERROR,
    cost=Cost.META,
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="train_config.use_multiclass_scores is true, but the reader does not load the scores of the records.",
    why="The trainer fails with \"KeyError: 'multiclass_scores'\" when it builds the input pipeline.",
    fix="Set load_multiclass_scores: true in train_input_reader, or remove use_multiclass_scores.",
)
FIELD = "train_config.use_multiclass_scores"


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    if inputs.config.train_config.use_multiclass_scores and not inputs.config.train_input_reader.load_multiclass_scores:
        yield RULE.finding(
            f"{FIELD} is true, but train_input_reader.load_multiclass_scores is not.",
            where=inputs.at(FIELD),
        )
