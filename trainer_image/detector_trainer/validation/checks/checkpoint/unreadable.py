"""The index of the fine-tune checkpoint cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.checks.checkpoint.not_found import is_a_part
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="checkpoint/unreadable",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(48,),
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="The .index file of the checkpoint is damaged, or is another kind of file.",
    why='The trainer fails with "not an sstable (bad magic number)" or a checksum error, after building the model.',
    fix="Copy or download the checkpoint again.",
)


FIELD = "train_config.fine_tune_checkpoint"


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    problem = inputs.fine_tune_checkpoint_unreadable
    if (
        problem is not None
        and problem.kind not in ("missing", "broken-link")
        and not is_a_part(inputs.config.train_config.fine_tune_checkpoint)
    ):
        yield RULE.finding(f"{problem}.", problem.hint, where=Where(file=problem.path, field=FIELD))
