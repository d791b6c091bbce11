"""fine_tune_checkpoint_version is not V2."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="checkpoint/version-not-v2",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(43,),
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="fine_tune_checkpoint_version is V1, or not set, which means V1.",
    why='The trainer fails with "Checkpoint version should be V2".',
    fix="Set fine_tune_checkpoint_version: V2.",
)


FIELD = "train_config.fine_tune_checkpoint_version"
V1 = 1


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding. Without a fine_tune_checkpoint the field is not read. UNKNOWN (0) passes the trainer's test."""
    train = inputs.config.train_config
    if train.fine_tune_checkpoint and train.fine_tune_checkpoint_version == V1:
        detail = "V1" if train.HasField("fine_tune_checkpoint_version") else "not set, which means V1"
        yield RULE.finding(f"{FIELD} is {detail}.", where=inputs.at(FIELD))
