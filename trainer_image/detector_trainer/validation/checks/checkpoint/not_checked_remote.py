"""A checkpoint in a bucket cannot be read by the validator."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.pipeline import gfile
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="checkpoint/not-checked-remote",
    severity=Severity.INFO,
    cost=Cost.META,
    catalogue=(40,),
    what="fine_tune_checkpoint is in a bucket or another remote file system.",
    why="Only the trainer can read it, so the checkpoint is not checked.",
    fix="To have it checked, mount the bucket and set the mounted path.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    prefix = inputs.config.train_config.fine_tune_checkpoint
    if gfile.is_remote(prefix):
        yield RULE.finding(f"{prefix} is remote: the checkpoint was not checked.", where=Where(file=prefix))
