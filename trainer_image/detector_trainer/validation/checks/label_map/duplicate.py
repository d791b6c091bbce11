"""Two items share an id or a name, or an item has several ids."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="label-map/duplicate",
    severity=Severity.WARNING,
    cost=Cost.META,
    catalogue=(19,),
    silent_impact="worse: two classes become one, or one gets the id of another",
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="Two items of the label map share an id or a name, or one item has several ids.",
    why="The last one wins silently: two classes become one, or a class gets the id of another.",
    fix="Give each item exactly one id and one name, and use each only once.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding, at the first."""
    if inputs.label_map is None:
        return
    found: list[tuple[str, int | None]] = []
    ids: dict[int, str] = {}
    names: dict[str, int] = {}
    for item in inputs.label_map.items:
        if item.ids_written > 1:
            found.append((f"Item {item.shown!r} has {item.ids_written} ids; {item.id}, the last, counts", item.line))
        if item.id in ids:
            found.append((f"Items {ids[item.id]!r} and {item.shown!r} both have id {item.id}", item.line))
        if item.name and item.name in names:
            found.append((f"The name {item.name!r} has the ids {names[item.name]} and {item.id}; the last counts", item.line))
        ids.setdefault(item.id, item.shown)
        names.setdefault(item.name, item.id)
    if found:
        yield RULE.finding(f"{found[0][0]}.", where=Where(file=inputs.label_map.path, line=found[0][1]), count=len(found))
