"""The fine-tune checkpoint was written by TF1."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="checkpoint/written-by-tf1",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(42,),
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="The checkpoint has no object graph: it was saved by TF1.",
    why='The trainer fails with "Checkpoint is expected to be an object-based checkpoint".',
    fix="Use a checkpoint of the TF2 model zoo, which contains checkpoint/ckpt-0.index.",
)


FIELD = "train_config.fine_tune_checkpoint"


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    checkpoint = inputs.fine_tune_checkpoint
    if checkpoint is not None and not checkpoint.is_object_based:
        yield RULE.finding(
            f"{checkpoint.prefix} is a TF1 checkpoint: it has {len(checkpoint.entries)} tensors and no object graph.",
            where=inputs.at(FIELD),
        )
