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
    silent_impact="worse at least: most make the loss or variables nan; some are never used, so this is a warning",
    verified_by=("tests/oracle/test_recorded.py",),
    what="A number in the pipeline config is nan or inf.",
    why="Every value calculated from it is nan too, and the trainer continues to the last step.",
    fix="Write a finite number, or remove the field.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding a field. Another check reports weights of losses."""
    detail = set(invalid_loss_weight.broken(inputs))
    for field, value in _numbers(inputs.config, ""):
        if not math.isfinite(value) and field not in detail:
            yield RULE.finding(f"{field} is {value:g}.", where=inputs.at(field))


def _numbers(message: Message, path: str) -> Iterator[tuple[str, float]]:
    """Yield the floating-point numbers that are set in a message, with the path of their field."""
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
