"""model_dir already holds a checkpoint at or past the last step."""

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
    silent_impact="worse: it ends with success, and nothing was trained",
    verified_by=("tests/trainer/test_train.py", "tests/unit/validation/test_metadata.py"),
    what="model_dir holds a checkpoint at or past the last step.",
    why="The trainer resumes it, finds nothing to do, and ends with success having trained nothing. `detector-training train` says so.",
    fix="Raise the number of steps to train further, or choose an empty model_dir to train anew.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding."""
    if inputs.resumed is None or inputs.steps is None:
        return
    try:
        step = inputs.resumed.step
    except Unreadable:
        return  # run/resume-corrupt says so
    if step is not None and step >= inputs.steps:
        yield RULE.finding(
            f"{inputs.resumed.prefix} is at step {step}, and the training ends at step {inputs.steps}: nothing would be trained.",
            where=Where(file=inputs.resumed.prefix, field="model_dir"),
        )
