"""The cosine schedule ends before the training."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/learning-rate-ends-early",
    severity=Severity.WARNING,
    cost=Cost.META,
    catalogue=(9,),
    silent_impact="worse: the steps after total_steps change nothing",
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="num_steps is above total_steps of the cosine schedule.",
    why="After total_steps the learning rate is 0: the remaining steps silently change nothing.",
    fix="Set total_steps to the number of steps.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    optimizer = inputs.config.train_config.optimizer
    kind = optimizer.WhichOneof("optimizer")
    rate = getattr(optimizer, kind).learning_rate if kind else None
    if rate is None or rate.WhichOneof("learning_rate") != "cosine_decay_learning_rate":
        return
    total = rate.cosine_decay_learning_rate.total_steps
    if inputs.steps is not None and inputs.steps > total + 1:
        field = f"train_config.optimizer.{kind}.learning_rate.cosine_decay_learning_rate.total_steps"
        yield RULE.finding(
            f"The schedule ends at step {total}, the training at {inputs.steps}: the learning rate is 0 after step {total}.",
            f"Set total_steps: {inputs.steps}.",
            where=inputs.at(field),
        )
