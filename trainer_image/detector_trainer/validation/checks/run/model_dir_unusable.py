"""model_dir is not a directory, or is not writable."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.pipeline import gfile
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

READ_ONLY_MOUNTS: Final = "DETECTOR_TRAINING_READ_ONLY_MOUNTS"
"""Environment variable with the colon-separated paths that are read-only in the pod of a validation, but not in that of a training."""

RULE = Rule(
    code="run/model-dir-unusable",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(49,),
    verified_by=("tests/unit/validation/checks/run/test_model_dir_unusable.py",),
    what="model_dir is not a directory, or is not writable.",
    why="The trainer fails when it writes its first checkpoint or event file.",
    fix="Set a directory that the trainer may write to; it is created if it does not exist.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    if not inputs.model_dir or gfile.is_remote(inputs.model_dir):
        return
    path = Path(inputs.model_dir)
    existing = next(folder for folder in (path.absolute(), *path.absolute().parents) if os.path.lexists(folder))
    if not existing.is_dir():
        yield RULE.finding(f"{existing} is not a directory.", where=Where(file=inputs.model_dir, field="model_dir"))
    elif not os.access(existing, os.W_OK | os.X_OK) and not _read_only_here(existing):
        yield RULE.finding(f"{existing} is not writable.", where=Where(file=inputs.model_dir, field="model_dir"))


def _read_only_here(folder: Path) -> bool:
    """Tell whether the trainer may write to a directory although this process may not, because a link leads to another mount."""
    mounts = filter(None, os.environ.get(READ_ONLY_MOUNTS, "").split(":"))
    return any(folder.resolve().is_relative_to(mount) for mount in mounts)
