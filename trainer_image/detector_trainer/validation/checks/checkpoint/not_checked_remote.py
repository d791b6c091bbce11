"""A checkpoint in a bucket cannot be looked at here."""

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
    why="Only the trainer can read it; it is not checked.",
    fix="Mount the bucket and give the mounted path to have it checked.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding."""
    prefix = inputs.config.train_config.fine_tune_checkpoint
    if gfile.is_remote(prefix):
        yield RULE.finding(f"{prefix} is remote: the checkpoint was not checked.", where=Where(file=prefix))
