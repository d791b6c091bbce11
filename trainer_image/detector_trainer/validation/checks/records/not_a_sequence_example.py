"""The reader expects SequenceExamples, but a record is not one; detected while the framing is read."""

from __future__ import annotations

from detector_trainer.contract import Severity
from detector_trainer.records.damage import NotSequenceExample
from detector_trainer.records.tally import Hit
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/not-a-sequence-example",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(36,),
    verified_by=("object_detection/data_decoders/tf_sequence_example_decoder.py",),
    what="input_type is TF_SEQUENCE_EXAMPLE, but a record is not a tf.train.SequenceExample with feature lists.",
    why="The trainer fails with \"Feature list 'image/encoded' is required but could not be found\".",
    fix="Remove input_type from the input reader: it reads tf.train.Examples by default.",
)
DAMAGE = NotSequenceExample


def hit(damage: NotSequenceExample) -> Hit:
    """Return the hit for such a record."""
    return Hit(damage.file, "The record is not a tf.train.SequenceExample.", damage.record)
