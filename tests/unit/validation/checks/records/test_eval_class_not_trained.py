"""Classes are evaluated but never trained."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.records.eval_class_not_trained import RULE
from support.class_counts import class_findings, with_three_classes
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


@pytest.fixture
def case(case: Case) -> Case:
    """Return a training with three classes, which is not evaluated."""
    return with_three_classes(case)


def test_a_class_that_is_only_evaluated_is_named_with_its_boxes(case: Case):
    (finding,) = class_findings(case, RULE.code, {"cat": 2}, {"cat": 1, "dog": 3})
    assert finding.message == "1 of 2 evaluated classes have no training box: dog (3)."
    assert (finding.severity, finding.where.file) == ("warning", str(case.folder / "eval.record"))


def test_classes_that_are_not_evaluated_pass(case: Case):
    assert class_findings(case, RULE.code, {"cat": 2, "dog": 1}, {"cat": 1}) == []


def test_without_a_readable_label_map_nothing_is_reported(case: Case):
    case.config.train_input_reader.label_map_path = "gs://bucket/label_map.pbtxt"
    assert class_findings(case, RULE.code, {"cat": 300, "dog": 3}, {"cow": 1}) == []
