"""A file is not a TFRecord file; detected while its framing is read."""

from __future__ import annotations

from detector_trainer.contract import Severity
from detector_trainer.pipeline.sniff import HINTS
from detector_trainer.records.damage import NotRecords
from detector_trainer.records.tally import Hit
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/not-tfrecord",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(24, 33),
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="The file is not a TFRecord file.",
    why='The trainer fails with "corrupted record at 0 (Is this even a TFRecord file?)".',
    fix="Write it with tf.io.TFRecordWriter, without compression.",
)
DAMAGE = NotRecords


def hit(damage: NotRecords) -> Hit:
    """Return the hit for such a file, with the actual file type if it is known."""
    if damage.kind is None:
        return Hit(damage.file, "The file is not TFRecord: its first checksum does not match.")
    name, phrase = damage.kind
    return Hit(damage.file, f"The file is {phrase}, not TFRecord.", hint=HINTS.get(name))
