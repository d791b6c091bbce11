"""An item has a negative id."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="label-map/negative-id",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(18,),
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="An item has a negative id.",
    why='The trainer fails with "Label map ids should be >= 0".',
    fix="Number the items from 1.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding, at the first item."""
    items = inputs.label_map.items if inputs.label_map else ()
    bad = [item for item in items if item.id < 0]
    if bad:
        yield RULE.finding(
            f"Item {bad[0].shown!r} has id {bad[0].id}.",
            where=Where(file=inputs.train.label_map_path, line=bad[0].line, field="item.id"),
            count=len(bad),
        )
