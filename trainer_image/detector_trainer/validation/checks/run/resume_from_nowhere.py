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
    silent_impact="worthless: it begins again at step 0, and overwrites what was trained",
    verified_by=("tests/trainer/test_config_agrees.py", "tests/unit/checkpoints/test_checkpoint_state.py"),
    what=(
        "The file `checkpoint` in model_dir names a checkpoint that does not exist, most often because the directory was moved; or it "
        "is not a file that can be read."
    ),
    why=(
        "The trainer starts again at step 0, silently, and overwrites ckpt-1 and so on. It waits indefinitely for data from a named "
        "pipe."
    ),
    fix="Write the names in the file `checkpoint` without a directory (ckpt-7), or remove the file to train from scratch.",
)
MISSING = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP)
NOT_A_FILE = ("directory", "not-a-file")
"""Kinds of what the trainer cannot read either. It may have the rights or the memory that a validation lacks."""


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding."""
    problem, latest = inputs.latest_unreadable, inputs.latest
    if problem is not None:
        severity = Severity.ERROR if problem.kind in NOT_A_FILE else Severity.WARNING
        yield RULE.finding(f"{problem}.", where=Where(file=problem.path, field="model_dir"), severity=severity)
    if latest is None or _exists(f"{latest.prefix}.index"):
        return
    found = sorted(path.name.removesuffix(".index") for path in Path(inputs.model_dir or "").glob("ckpt-*.index"))
    there = f" The directory has {', '.join(found)}." if found else ""
    yield RULE.finding(
        f"The file `checkpoint` names {latest.named}, which does not exist.{there}",
        where=Where(file=f"{inputs.model_dir}/checkpoint", field="model_dir"),
    )


def _exists(path: str) -> bool:
    """Whether a file exists; also if that cannot be told, because of missing rights or a storage that fails."""
    try:
        os.stat(path)  # noqa: PTH116 - Path.exists raises for a name that is too long
    except (OSError, ValueError) as error:
        return isinstance(error, OSError) and error.errno not in MISSING
    return True
