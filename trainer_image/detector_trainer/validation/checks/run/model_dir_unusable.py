"""model_dir is a file, or cannot be written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.pipeline import gfile
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="run/model-dir-unusable",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(49,),
    held_by=("tests/unit/validation/test_metadata.py",),
    what="model_dir is not a folder, or cannot be written.",
    why="The trainer ends when it writes its first checkpoint or event file.",
    fix="Give a folder that the trainer may write to; it is made if it does not exist.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding."""
    if not inputs.model_dir or gfile.is_remote(inputs.model_dir):
        return
    path = Path(inputs.model_dir)
    existing = next(folder for folder in (path.absolute(), *path.absolute().parents) if os.path.lexists(folder))
    if not existing.is_dir():
        yield RULE.finding(f"{existing} is not a folder.", where=Where(file=inputs.model_dir, field="model_dir"))
    elif not os.access(existing, os.W_OK | os.X_OK):
        yield RULE.finding(f"{existing} cannot be written.", where=Where(file=inputs.model_dir, field="model_dir"))
