"""An item has id 0, which is reserved for the background."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="label-map/reserved-id",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(18,),
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="An item other than background has id 0, or no id.",
    why='The trainer fails with "Label map id 0 is reserved for the background label".',
    fix="Number the items from 1 and set an id for each.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding, at the first item."""
    items = inputs.label_map.items if inputs.label_map else ()
    bad = [item for item in items if item.id == 0 and "background" not in (item.name, item.display_name)]
    if bad:
        first = bad[0]
        has = "has id 0" if first.ids_written else "has no id, which makes it 0"
        yield RULE.finding(
            f"Item {first.shown!r} {has}; id 0 is reserved for the background.",
            where=Where(file=inputs.train.label_map_path, line=first.line, field="item.id"),
            count=len(bad),
        )
