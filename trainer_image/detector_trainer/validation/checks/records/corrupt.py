"""A checksum does not match; detected while the framing is read."""

from __future__ import annotations

from detector_trainer.contract import Severity
from detector_trainer.records.damage import CorruptRecord
from detector_trainer.records.tally import Hit
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/corrupt",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(24,),
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="The checksum of a record does not match its bytes.",
    why='The trainer fails with "corrupted record" when it reads that record, possibly after days.',
    fix="Copy or create the file again.",
)
DAMAGE = CorruptRecord


def hit(damage: CorruptRecord) -> Hit:
    """Return the hit for a record with a wrong checksum."""
    message = f"The checksum of the {damage.part} of record {damage.record} does not match, at byte {damage.offset}."
    return Hit(damage.file, message, damage.record)
