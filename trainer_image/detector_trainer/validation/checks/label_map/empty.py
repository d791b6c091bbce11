"""The label map has no item."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="label-map/empty",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(17,),
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="The label map has no item.",
    why="The trainer fails with a NotFoundError about HashTableV2.",
    fix="Add an item for each class.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    if inputs.label_map is not None and not inputs.label_map.items:
        yield RULE.finding("The label map has no item.", where=Where(file=inputs.label_map.path))
