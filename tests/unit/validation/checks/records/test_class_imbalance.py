"""Classes have far fewer boxes than others, or almost none."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from detector_trainer.validation.checks.records.class_imbalance import RULE
from support.class_counts import class_findings, with_three_classes
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


@pytest.fixture
def case(case: Case) -> Case:
    """Return a training with three classes, which is not evaluated."""
    return with_three_classes(case)


def test_a_hundred_times_fewer_boxes_are_named(case: Case):
    (finding,) = class_findings(case, RULE.code, {"cat": 1250, "dog": 12, "cow": 13})
    assert finding.message == "cat has 1,250 boxes; 1 of 3 classes have few: dog (12)."


def test_a_class_of_less_than_ten_boxes_is_named(case: Case):
    (finding,) = class_findings(case, RULE.code, {"cat": 200, "dog": 9, "cow": 10})
    assert (finding.severity, finding.count) == ("warning", 1)
    assert "dog (9)" in finding.message


@pytest.mark.parametrize("counts", [{"cat": 1000, "dog": 10}, {"cat": 190, "dog": 9}, {"cat": 5000}])
def test_a_balanced_or_small_dataset_passes(case: Case, counts: Mapping[str, int]):
    assert class_findings(case, RULE.code, counts) == []


def test_sampling_weights_may_balance_the_classes(case: Case):
    """The records of a rare class may be read more often."""
    case.config.train_input_reader.sample_from_datasets_weights[:] = [1.0]
    assert class_findings(case, RULE.code, {"cat": 1250, "dog": 12, "cow": 13}) == []


def test_without_a_readable_label_map_nothing_is_reported(case: Case):
    case.config.train_input_reader.label_map_path = "gs://bucket/label_map.pbtxt"
    assert class_findings(case, RULE.code, {"cat": 300, "dog": 3}) == []
