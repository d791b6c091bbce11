"""The label map cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="label-map/unreadable",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(7, 17),
    verified_by=("tests/trainer/test_text_files_agree.py",),
    what="The label map is missing, not a file, empty, or not UTF-8 text.",
    why=("The trainer fails with NotFoundError, or with an error about HashTableV2 or memoryview that does not name the file."),
    fix="Set label_map_path to an existing label map; a relative path starts at the trainer's working directory.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    problem = inputs.label_map_unreadable
    if problem is None or problem.kind == "syntax":
        return
    field = "train_input_reader.label_map_path"
    hint = "Replace PATH_TO_BE_CONFIGURED with the real path." if "PATH_TO_BE_CONFIGURED" in problem.path else problem.hint
    yield RULE.finding(f"{problem}.", hint, where=Where(file=problem.path, line=problem.line, field=field))
