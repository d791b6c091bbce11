"""Classes of the label map have no box."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from detector_trainer.contract import Finding
from detector_trainer.validation.checks.records.class_never_seen import RULE
from support.breaking import BOX, findings_of
from support.class_counts import class_findings, with_three_classes
from support.inputs import Case
from support.records import features, write

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


@pytest.fixture
def case(case: Case) -> Case:
    """Return a training with three classes, which is not evaluated."""
    return with_three_classes(case)


def found(case: Case, counts: Mapping[str, int]) -> list[Finding]:
    return class_findings(case, RULE.code, counts)


def test_classes_without_a_box_are_named(case: Case):
    (finding,) = found(case, {"dog": 250})
    assert (finding.severity, finding.count) == ("warning", 2)
    assert finding.message == "2 of 3 classes have none of the 250 boxes: cat, cow."


def test_only_the_first_ten_are_named(case: Case):
    case.label_map.write_text("".join(f"item {{ id: {i} name: 'c{i}' }}\n" for i in range(1, 41)))
    case.config.model.ssd.num_classes = 40
    (finding,) = found(case, {"c1": 250})
    assert finding.message.endswith("c10, c11 and 29 more.")


@pytest.mark.parametrize(("boxes", "findings"), [(29, 0), (30, 1)])
def test_with_less_than_ten_boxes_for_each_class_nothing_is_reported(case: Case, boxes: int, findings: int):
    assert len(found(case, {"dog": boxes})) == findings


def test_classes_may_be_given_by_number(case: Case):
    record = features(*[BOX] * 90, image__object__class__text=None, image__object__class__label=[1, 2, 3] * 30)
    write(case.record, [record] * 3)
    case.write()
    assert findings_of(case.report(), RULE.code) == []


def test_a_class_that_the_model_does_not_have_is_not_missed(case: Case):
    case.config.model.ssd.num_classes = 2
    assert found(case, {"cat": 100, "dog": 100}) == []


def test_gaps_between_the_ids_are_not_classes(case: Case):
    case.label_map.write_text("item { id: 1 name: 'cat' }\nitem { id: 3 name: 'dog' }\n")
    assert found(case, {"cat": 100, "dog": 100}) == []


def test_remapped_labels_are_not_checked(case: Case):
    case.config.train_config.data_augmentation_options.add().remap_labels.new_label = 3
    assert found(case, {"cat": 100, "dog": 100}) == []


def test_without_a_readable_label_map_nothing_is_reported(case: Case):
    case.config.train_input_reader.label_map_path = "gs://bucket/label_map.pbtxt"
    assert found(case, {"cat": 300, "dog": 3}) == []


def test_if_some_records_are_in_a_bucket_no_class_is_missed(case: Case):
    case.config.train_input_reader.tf_record_input_reader.input_path.append("gs://bucket/more.record")
    assert found(case, {"dog": 250}) == []
