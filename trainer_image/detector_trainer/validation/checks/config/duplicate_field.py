"""A field or block that accepts one value is set twice."""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.descriptor import Descriptor

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.pipeline.load import fields
from detector_trainer.protos import pool
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/duplicate-field",
    severity=Severity.WARNING,
    cost=Cost.META,
    catalogue=(3,),
    silent_impact="worse: the earlier value, possibly the intended one, is lost",
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="A field is set more than once in the same block.",
    why="The last value wins silently; blocks are merged.",
    fix="Keep only the intended one.",
)

CONFIG = "object_detection.protos.TrainEvalPipelineConfig"


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding for all of them, at the first."""
    doubles = duplicates(inputs.pipeline.text)
    if doubles:
        name, first, second = doubles[0]
        yield RULE.finding(
            f"duplicate field {name}: it is set at line {first} and again at line {second}; the last value wins.",
            where=Where(file=inputs.pipeline_config, line=second, field=name),
            count=len(doubles),
        )


def duplicates(text: str) -> list[tuple[str, int, int]]:
    """Yield the singular fields that occur twice in one block of a pipeline config: name, first line, later line.

    The start of a block identifies it. Only fields whose enclosing blocks are all singular are considered, so that two items of a
    repeated block are not treated as one.
    """
    found = []
    seen: dict[str, int] = {}
    for path, line in fields(text):
        if not _singular(path):
            continue
        if path in seen:
            found.append((path, seen[path], line))
        seen.setdefault(path, line)
    return found


def _singular(path: str) -> bool:
    descriptor: Descriptor | None = pool().FindMessageTypeByName(CONFIG)
    for name in path.split("."):
        field = descriptor.fields_by_name.get(name) if descriptor is not None else None
        if field is None or field.is_repeated:
            return False
        descriptor = field.message_type
    return True
