"""model_dir contains a checkpoint at or past the last step."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="run/already-at-last-step",
    severity=Severity.WARNING,
    cost=Cost.META,
    catalogue=(50,),
    silent_impact="worse: the training succeeds without training anything",
    verified_by=("tests/trainer/test_train.py", "tests/unit/validation/checks/run/test_already_at_last_step.py"),
    what="model_dir contains a checkpoint at or past the last step.",
    why="The trainer resumes it and succeeds without training anything. `detector-training train` reports that.",
    fix="Raise the number of steps to train further, or choose an empty model_dir to train from scratch.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    if inputs.resumed is None or inputs.steps is None:
        return
    try:
        step = inputs.resumed.step
    except Unreadable:
        return  # run/resume-corrupt reports it
    if step is not None and step >= inputs.steps:
        yield RULE.finding(
            f"{inputs.resumed.prefix} is at step {step}, but the training ends at step {inputs.steps}: no step would be trained.",
            where=Where(file=inputs.resumed.prefix, field="model_dir"),
        )
