"""The label map has a syntax error (utils/label_map_util.py)."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="label-map/syntax-error",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(17,),
    verified_by=("tests/trainer/test_text_files_agree.py",),
    what="The label map is not a valid StringIntLabelMap.",
    why=("The trainer fails with \"memoryview: a bytes-like object is required, not 'str'\", which names neither file nor line."),
    fix='Fix the line: item { id: 1 name: "cat" }, with straight quotes.',
    example="item { id: 1 name: ‘cat’ }   ->   item { id: 1 name: 'cat' }",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding, with the line."""
    problem = inputs.label_map_unreadable
    if problem is not None and problem.kind == "syntax":
        yield RULE.finding(f"{problem}.", problem.hint, where=Where(file=problem.path, line=problem.line))
