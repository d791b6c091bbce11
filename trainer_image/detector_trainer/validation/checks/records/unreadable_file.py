"""A record file that cannot be read; found when it is opened."""

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
    what="A record file is a folder, a link to nothing, a socket, or cannot be read.",
    why='The trainer ends with "Is a directory" or another error when it opens it.',
    fix="Give the path of record files; dir/* for those in a folder.",
)
DAMAGE = UnreadableFile


def hit(damage: UnreadableFile) -> Hit:
    """Return the hit for such a file."""
    return Hit(damage.file, f"{damage.problem}.", hint=damage.hint)
