"""The `checkpoint` file of model_dir names a checkpoint that does not exist, or cannot be read."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="run/resume-from-nowhere",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(53,),
    silent_impact="useless: the training starts again at step 0 and overwrites its checkpoints",
    verified_by=("tests/trainer/test_config_agrees.py", "tests/unit/validation/checks/run/test_resume_from_nowhere.py"),
    what=(
        "The file `checkpoint` in model_dir names a checkpoint that does not exist, usually because the directory was moved; or it "
        "is not a readable file."
    ),
    why=(
        "The trainer silently starts again at step 0 and overwrites ckpt-1 and later checkpoints. It waits indefinitely for data from a named "
        "pipe."
    ),
    fix="Write the names in the file `checkpoint` without a directory (ckpt-7), or remove the file to train from scratch.",
)
MISSING = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP)
NOT_A_FILE = ("directory", "not-a-file")
"""Problems that the trainer has too. For others it may have the permissions or the memory that a validation lacks."""


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    problem, latest = inputs.latest_unreadable, inputs.latest
    if problem is not None:
        severity = Severity.ERROR if problem.kind in NOT_A_FILE else Severity.WARNING
        yield RULE.finding(f"{problem}.", where=Where(file=problem.path, field="model_dir"), severity=severity)
    if latest is None or _exists(f"{latest.prefix}.index"):
        return
    found = sorted(path.name.removesuffix(".index") for path in Path(inputs.model_dir or "").glob("ckpt-*.index"))
    there = f" The directory contains {', '.join(found)}." if found else ""
    yield RULE.finding(
        f"The file `checkpoint` names {latest.named}, which does not exist.{there}",
        where=Where(file=f"{inputs.model_dir}/checkpoint", field="model_dir"),
    )


def _exists(path: str) -> bool:
    """Tell whether a file exists; True if that is unknown, because of missing permissions or a storage error."""
    try:
        os.stat(path)  # noqa: PTH116 - Path.exists raises for a name that is too long
    except (OSError, ValueError) as error:
        return isinstance(error, OSError) and error.errno not in MISSING
    return True
