"""model_dir contains a checkpoint: the training resumes from it."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="run/resumes-existing-checkpoint",
    severity=Severity.INFO,
    cost=Cost.META,
    catalogue=(50,),
    what="model_dir contains a checkpoint: the training resumes from it.",
    why="The trainer always resumes from a checkpoint in model_dir, and then ignores the fine-tune checkpoint.",
    fix="To train from scratch, choose an empty model_dir.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    if inputs.resumed is None:
        return
    try:
        step = inputs.resumed.step
    except Unreadable:
        return
    if step and (inputs.steps is None or step < inputs.steps):
        instead = " The fine-tune checkpoint is not used." if inputs.config.train_config.fine_tune_checkpoint else ""
        yield RULE.finding(
            f"The training resumes from {inputs.resumed.prefix} at step {step}.{instead}",
            where=Where(file=inputs.resumed.prefix, field="model_dir"),
        )
