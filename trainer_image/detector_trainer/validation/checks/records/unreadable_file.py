"""A record file cannot be read; detected when it is opened."""

from __future__ import annotations

from detector_trainer.contract import Severity
from detector_trainer.records.damage import UnreadableFile
from detector_trainer.records.tally import Hit
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/unreadable-file",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(6,),
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="A record file is a directory, a broken link, a socket, or cannot be read.",
    why='The trainer fails with "Is a directory" or another error when it opens it.',
    fix="Set input_path to record files; dir/* matches the files in a directory.",
)
DAMAGE = UnreadableFile


def hit(damage: UnreadableFile) -> Hit:
    """Return the hit for such a file."""
    return Hit(damage.file, f"{damage.problem}.", hint=damage.hint)
