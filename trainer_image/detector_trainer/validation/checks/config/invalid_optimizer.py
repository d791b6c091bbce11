"""An option of the optimizer is out of range: Keras rejects it, or every variable is nan after one step (builders/optimizer_builder.py)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

if TYPE_CHECKING:
    from detector_trainer.protos.types import Optimizer

RULE = Rule(
    code="config/invalid-optimizer",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(9,),
    silent_impact="useless where epsilon is negative: the variables are nan after the first step",
    verified_by=("tests/oracle/test_recorded.py",),
    what="The momentum, decay or epsilon of the optimizer is out of range.",
    why='The trainer fails when it builds the optimizer: "`momentum` must be between [0, 1]", "Expected decay >= 0".',
    fix="Copy the optimizer from the official config of the model.",
)
MOMENTUM = "momentum_optimizer_value"


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding for each option."""
    optimizer = inputs.config.train_config.optimizer
    kind = optimizer.WhichOneof("optimizer")
    for option, problem in _wrong(kind, optimizer) if kind else ():
        field = f"train_config.optimizer.{kind}.{option}"
        yield RULE.finding(f"{field} {problem}.", where=inputs.at(field))


def _wrong(kind: str, optimizer: Optimizer) -> Iterator[tuple[str, str]]:
    momentum: float = getattr(getattr(optimizer, kind), MOMENTUM, 0.0)
    if momentum < 0 or momentum > 1:
        yield MOMENTUM, f"is {momentum:g}, not between 0 and 1"
    if kind == "rms_prop_optimizer":
        settings = optimizer.rms_prop_optimizer
        if settings.decay < 0:
            yield "decay", f"is {settings.decay:g}; it must not be negative"
        if settings.epsilon < 0:
            yield "epsilon", f"is {settings.epsilon:g}; it must not be negative"
