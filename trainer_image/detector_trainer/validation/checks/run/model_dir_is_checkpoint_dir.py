"""model_dir is the directory of the fine-tune checkpoint (utils/variables_helper.py)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="run/model-dir-is-checkpoint-dir",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(49,),
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="model_dir is the directory that contains the fine-tune checkpoint.",
    why='The trainer fails with "Checkpoint dir … and model_dir … cannot be same".',
    fix="Choose another model_dir.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    prefix = inputs.config.train_config.fine_tune_checkpoint
    if prefix and inputs.model_dir and os.path.abspath(Path(prefix).parent) == os.path.abspath(inputs.model_dir):  # noqa: PTH100
        yield RULE.finding(
            f"The fine-tune checkpoint {prefix} is in model_dir.", where=Where(file=inputs.model_dir, field="model_dir")
        )
