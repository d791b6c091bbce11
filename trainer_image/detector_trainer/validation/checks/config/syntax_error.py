"""A misspelt or unknown field, or a syntax error, in the pipeline config (text_format.Merge)."""

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
    what="The pipeline config has a syntax error, or a field that does not exist in its block.",
    why="The trainer fails with ParseError, after half a minute of imports.",
    fix="Fix the line; a field must be in its own block.",
    example="num_clases: 37   ->   num_classes: 37",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding, with the line and the most similar field name."""
    problem = inputs.pipeline_unreadable
    if problem is not None and problem.kind == "syntax":
        yield RULE.finding(f"{problem}.", problem.hint, where=Where(file=problem.path, line=problem.line))
