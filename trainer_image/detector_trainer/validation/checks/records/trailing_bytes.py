"""A few bytes follow the last record; detected while the framing is read."""

from __future__ import annotations

from detector_trainer.contract import Severity
from detector_trainer.records.damage import TrailingBytes
from detector_trainer.records.tally import Hit
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/trailing-bytes",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(24,),
    silent_impact="worse: the last record is missing; the others train",
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="A record file ends with fewer than 12 bytes of a record.",
    why="The trainer silently ignores them: the file was probably truncated, and records are missing.",
    fix="Compare the number of records with the number that was written.",
)
DAMAGE = TrailingBytes


def hit(damage: TrailingBytes) -> Hit:
    """Return the hit for such a file."""
    message = f"{damage.size} bytes follow the last record, at byte {damage.offset}."
    return Hit(damage.file, message, damage.record)
