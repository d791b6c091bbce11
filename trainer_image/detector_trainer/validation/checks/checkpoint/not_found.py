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
        'The trainer ends with "Unsuccessful TensorSliceReader constructor: Failed to find any matching files", after '
        "building the model."
    ),
    fix="Give the prefix of a checkpoint: the path of its .index file without .index.",
)


FIELD = "train_config.fine_tune_checkpoint"


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding; a path that names a part of a checkpoint is checkpoint/not-a-prefix's."""
    problem = inputs.fine_tune_checkpoint_unreadable
    prefix = inputs.config.train_config.fine_tune_checkpoint
    if problem is None or problem.kind not in ("missing", "broken-link") or is_a_part(prefix):
        return
    yield RULE.finding(
        f"There is no checkpoint {prefix}: {problem}.",
        _hint(prefix),
        where=inputs.at(FIELD),
    )


def is_a_part(prefix: str) -> bool:
    """Whether the path names one file of a checkpoint, or a folder, where its prefix belongs."""
    return prefix.endswith((".index", ".meta", ".pb")) or ".data-" in prefix or Path(prefix).is_dir()


def _hint(prefix: str) -> str | None:
    if "PATH_TO_BE_CONFIGURED" in prefix:
        return "Replace PATH_TO_BE_CONFIGURED by the real path, or remove fine_tune_checkpoint to train from scratch."
    folder = Path(prefix).parent
    if not folder.is_dir():
        return f"The folder {folder} does not exist; is it mounted?"
    found = sorted(path.name.removesuffix(".index") for path in folder.glob("*.index"))
    return f"The folder has {', '.join(found[:5])}." if found else None
