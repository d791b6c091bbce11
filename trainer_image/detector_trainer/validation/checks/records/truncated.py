"""A record file ends inside a record; detected while its framing is read."""

from __future__ import annotations

from detector_trainer.contract import Severity
from detector_trainer.records.damage import TruncatedRecord
from detector_trainer.records.tally import Hit
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/truncated",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(24,),
    verified_by=("tests/trainer/test_config_agrees.py", "tests/trainer/test_train.py"),
    what="A record file ends inside a record.",
    why='The trainer fails with "truncated record" when it reads that record, possibly after days.',
    fix="Copy or create the file again; close the writer.",
)
DAMAGE = TruncatedRecord


def hit(damage: TruncatedRecord) -> Hit:
    """Return the hit for such a file."""
    message = f"The file ends inside record {damage.record}: {damage.missing:,} bytes are missing."
    return Hit(damage.file, message, damage.record)
