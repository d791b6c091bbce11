"""A file that is no TFRecord file; found while its framing is read."""

from __future__ import annotations

from detector_trainer.contract import Severity
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/not-tfrecord",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(24, 33),
    held_by=("tests/trainer/test_config_agrees.py",),
    what="The file is not a TFRecord file.",
    why='The trainer ends with "corrupted record at 0 (Is this even a TFRecord file?)".',
    fix="Write it with tf.io.TFRecordWriter, without compression.",
)
