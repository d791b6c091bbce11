"""A data file of the fine-tune checkpoint is missing, cut off or damaged."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="checkpoint/corrupt",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(48,),
    held_by=("tests/trainer/test_config_agrees.py",),
    what="The bytes of the checkpoint are missing or do not match their checksums.",
    why=(
        'The trainer restores last of all: it ends with "Read less bytes than requested" or "Checksum does not match" '
        "some 40 s into the run."
    ),
    fix="Copy or download the checkpoint again: the .index and every .data file.",
)


FIELD = "train_config.fine_tune_checkpoint"


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding. Reads every tensor: about a second for a gigabyte."""
    checkpoint = inputs.fine_tune_checkpoint
    if checkpoint is None:
        return
    try:
        checkpoint.verify()
    except Unreadable as problem:
        yield RULE.finding(f"{problem}.", problem.hint, where=Where(file=problem.path, field=FIELD))
