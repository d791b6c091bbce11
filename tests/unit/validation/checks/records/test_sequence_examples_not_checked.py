"""Records of SequenceExamples are not checked."""

from __future__ import annotations

from detector_trainer.validation.checks.records.sequence_examples_not_checked import RULE
from support.breaking import findings_of
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


def test_sequence_examples_are_not_checked(case: Case):
    case.config.train_input_reader.input_type = 2
    case.config.ClearField("eval_input_reader")
    case.write()
    found = findings_of(case.report(), RULE.code)
    assert [finding.severity for finding in found] == ["info"]


def test_examples_are_checked(case: Case):
    case.write()
    assert findings_of(case.report(), RULE.code) == []
