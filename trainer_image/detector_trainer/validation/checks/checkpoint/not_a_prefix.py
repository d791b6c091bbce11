"""fine_tune_checkpoint names a file or directory, not a prefix."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.checks.checkpoint.not_found import is_a_part
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="checkpoint/not-a-prefix",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(41, 47),
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="fine_tune_checkpoint names one file of a checkpoint, or a directory.",
    why=(
        'The trainer fails with "Checkpoint is expected to be an object-based checkpoint", "not an sstable (bad magic '
        'number)" or "Is a directory".'
    ),
    fix="Set the prefix: /models/ckpt-0 for /models/ckpt-0.index and /models/ckpt-0.data-00000-of-00001.",
)


FIELD = "train_config.fine_tune_checkpoint"


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding, with the intended prefix."""
    prefix = inputs.config.train_config.fine_tune_checkpoint
    if not prefix or inputs.fine_tune_checkpoint_unreadable is None or not is_a_part(prefix):
        return
    plain = re.sub(r"\.(index|meta|data-\d+-of-\d+)$", "", prefix)
    path = Path(prefix)
    if path.is_dir():
        found = sorted(str(index).removesuffix(".index") for index in (*path.glob("*.index"), *path.glob("variables/*.index")))
        message = f"{prefix} is a directory."
        hint = (
            f"Set the prefix of the checkpoint in it: {found[0]}."
            if found
            else "The directory contains no checkpoint: no .index file."
        )
    else:
        message = f"{prefix} is one file of a checkpoint, not its prefix."
        hint = f"Set {plain}." if plain != prefix else RULE.fix
    yield RULE.finding(message, hint, where=inputs.at(FIELD))
