"""The pipeline config cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/unreadable",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(1, 59),
    verified_by=("tests/trainer/test_text_files_agree.py",),
    what="The pipeline config is missing, not a file, empty, not text, or not UTF-8.",
    why=("The trainer fails with a TypeError or NotFoundError that does not name the file, after half a minute of imports."),
    fix="Set --pipeline-config to the path of the config.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding if the config cannot be read, unless the reason is its syntax."""
    problem = inputs.pipeline_unreadable
    if problem is not None and problem.kind != "syntax":
        yield RULE.finding(f"{problem}.", problem.hint, where=Where(file=problem.path, line=problem.line))
