"""The fine-tune checkpoint does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="checkpoint/not-found",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(40, 41),
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="PREFIX.index of fine_tune_checkpoint does not exist.",
    why=(
        'The trainer fails with "Unsuccessful TensorSliceReader constructor: Failed to find any matching files", after '
        "building the model."
    ),
    fix="Set the prefix of a checkpoint: the path of its .index file without .index.",
)


FIELD = "train_config.fine_tune_checkpoint"


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding; checkpoint/not-a-prefix reports a path that names a part of a checkpoint."""
    problem = inputs.fine_tune_checkpoint_unreadable
    prefix = inputs.config.train_config.fine_tune_checkpoint
    if problem is None or problem.kind not in ("missing", "broken-link") or is_a_part(prefix):
        return
    yield RULE.finding(
        f"Checkpoint {prefix} does not exist: {problem}.",
        _hint(prefix),
        where=inputs.at(FIELD),
    )


def is_a_part(prefix: str) -> bool:
    """Tell whether the path names one file of a checkpoint, or a directory, instead of the prefix."""
    return prefix.endswith((".index", ".meta", ".pb")) or ".data-" in prefix or Path(prefix).is_dir()


def _hint(prefix: str) -> str | None:
    if "PATH_TO_BE_CONFIGURED" in prefix:
        return "Replace PATH_TO_BE_CONFIGURED with the real path, or remove fine_tune_checkpoint to train from scratch."
    folder = Path(prefix).parent
    if not folder.is_dir():
        return f"The directory {folder} does not exist; is it mounted?"
    found = sorted(path.name.removesuffix(".index") for path in folder.glob("*.index"))
    return f"The directory contains {', '.join(found[:5])}." if found else None
