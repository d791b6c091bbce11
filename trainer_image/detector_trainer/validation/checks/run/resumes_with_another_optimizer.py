"""The checkpoint in model_dir was written with another optimizer."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="run/resumes-with-another-optimizer",
    severity=Severity.WARNING,
    cost=Cost.META,
    catalogue=(52,),
    silent_impact="worse: momentums start at zero in the middle of the schedule",
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="The checkpoint in model_dir was written with another optimizer than that of the config.",
    why="The trainer reports nothing: it keeps the step and the weights, and starts with momentums of zero in the middle of the schedule.",
    fix="Revert the change, or choose an empty model_dir and set fine_tune_checkpoint to the checkpoint.",
)
FIELD = "train_config.optimizer"
VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"
# A scalar that only this optimizer keeps (tf_keras/optimizers/legacy), the most specific first.
MARKS = {
    "adam_optimizer": f"optimizer/beta_1{VALUE}",
    "rms_prop_optimizer": f"optimizer/rho{VALUE}",
    "momentum_optimizer": f"optimizer/momentum{VALUE}",
}


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding; none if a moving average wraps the optimizer, which hides its kind."""
    try:
        if inputs.resumed is None or not inputs.resumed.step:
            return
    except Unreadable:
        return
    optimizer = inputs.config.train_config.optimizer
    now = optimizer.WhichOneof("optimizer")
    before = next((name for name, mark in MARKS.items() if mark in inputs.resumed.entries), None)
    if before is not None and now is not None and before != now and not optimizer.use_moving_average:
        yield RULE.finding(
            f"{inputs.resumed.prefix} was written with {before}, but the config has {now}.",
            where=inputs.at(FIELD),
        )
