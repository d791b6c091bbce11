"""A record file without a record; found while its framing is read."""

from __future__ import annotations

from detector_trainer.contract import Severity
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/empty-file",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(23,),
    what="A record file is empty (0 bytes), or too short for one record.",
    why=(
        "If no file has a record, the trainer waits for ever, without a message; beside good files the empty one is "
        "skipped, silently."
    ),
    fix="Make the file again; a full disk or a writer that was not closed is the usual cause.",
)
