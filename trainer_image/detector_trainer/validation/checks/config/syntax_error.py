"""A misspelt or unknown field, or broken syntax, in the pipeline config (text_format.Merge)."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/syntax-error",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(1, 2),
    verified_by=("tests/trainer/test_text_files_agree.py",),
    what="The pipeline config has a syntax error, or a field that does not exist in that place.",
    why="The trainer ends with ParseError, after half a minute of imports.",
    fix="Mend the line; a field must stand in the block it belongs to.",
    example="num_clases: 37   ->   num_classes: 37",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding, with the line, and the nearest name of a field."""
    problem = inputs.pipeline_unreadable
    if problem is not None and problem.kind == "syntax":
        yield RULE.finding(f"{problem}.", problem.hint, where=Where(file=problem.path, line=problem.line))
