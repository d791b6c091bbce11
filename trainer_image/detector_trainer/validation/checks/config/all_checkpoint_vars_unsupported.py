"""load_all_detection_checkpoint_vars is set."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/all-checkpoint-vars-unsupported",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(15,),
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="train_config.load_all_detection_checkpoint_vars is true.",
    why='The TF2 trainer fails with "unsupported in TF2".',
    fix='Remove it; fine_tune_checkpoint_type: "full" restores everything.',
)


FIELD = "train_config.load_all_detection_checkpoint_vars"


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    if inputs.config.train_config.load_all_detection_checkpoint_vars:
        yield RULE.finding(
            f"{FIELD} is set, which TF2 does not support.",
            where=inputs.at(FIELD),
        )
