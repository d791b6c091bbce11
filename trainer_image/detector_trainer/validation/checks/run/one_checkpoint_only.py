"""The training is shorter than the interval between checkpoints."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="run/one-checkpoint-only",
    severity=Severity.WARNING,
    cost=Cost.META,
    catalogue=(54,),
    silent_impact="worse: `train` saves the last step; a crash before it loses all steps",
    verified_by=("tests/trainer/test_train.py", "tests/unit/validation/checks/run/test_one_checkpoint_only.py"),
    what="The training has fewer steps than the interval between checkpoints.",
    why=(
        "model_main_tf2 would never save the trained weights. `detector-training train` saves the last step, but a "
        "crash before it loses all steps."
    ),
    fix="Save more often: --checkpoint-every-n (spec.checkpointEverySteps) below the number of steps.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    if inputs.steps is not None and inputs.steps < inputs.checkpoint_every_n:
        yield RULE.finding(
            f"{inputs.steps} steps, but a checkpoint every {inputs.checkpoint_every_n} steps.",
            where=Where(field="checkpoint_every_n"),
        )
