"""A number anywhere in the config is nan or inf."""

from __future__ import annotations

import math
from collections.abc import Iterator

from google.protobuf.message import Message

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.checks.config import invalid_loss_weight
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/not-a-number",
    severity=Severity.WARNING,
    cost=Cost.META,
    catalogue=(10,),
    silent_impact="worse at least: most end in a loss or in variables that are nan; some are never used, and so it is no error",
    verified_by=("tests/oracle/test_recorded.py",),
    what="A number in the pipeline config is nan or inf.",
    why="What is calculated with it is nan too, and the trainer goes on to the last step.",
    fix="Write a finite number, or remove the field.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding a field. Weights of losses are another check's."""
    said = set(invalid_loss_weight.broken(inputs))
    for field, value in _numbers(inputs.config, ""):
        if not math.isfinite(value) and field not in said:
            yield RULE.finding(f"{field} is {value:g}.", where=inputs.at(field))


def _numbers(message: Message, path: str) -> Iterator[tuple[str, float]]:
    """The floating-point numbers that are set in a message, by the path of their field."""
    for field, value in message.ListFields():
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            continue
        name = f"{path}.{field.name}" if path else field.name
        values = [(f"{name}[{i}]", v) for i, v in enumerate(value)] if field.is_repeated else [(name, value)]
        for place, part in values:
            if field.message_type is not None:
                yield from _numbers(part, place)
            elif isinstance(part, float):
                yield place, part
