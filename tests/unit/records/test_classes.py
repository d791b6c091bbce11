"""Classes that are never seen, rare, or only evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from detector_trainer.contract import Finding
from support.inputs import Case
from support.records import Features, features, write

BOX = (0.1, 0.2, 0.5, 0.6)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A training with three classes, evaluated on nothing."""
    case = Case(tmp_path)
    case.label_map.write_text("".join(f"item {{ id: {i} name: '{name}' }}\n" for i, name in enumerate(("cat", "dog", "cow"), 1)))
    case.config.model.ssd.num_classes = 3
    case.config.ClearField("eval_input_reader")
    return case


def of(counts: Mapping[str, int]) -> list[Features]:
    """Records with so many boxes of each class."""
    return [
        features(*[BOX] * min(50, count - begun), text=name) for name, count in counts.items() for begun in range(0, count, 50)
    ]


def found(case: Case, counts: Mapping[str, int], code: str, evaluated: Mapping[str, int] | None = None) -> list[Finding]:
    write(case.record, of(counts))
    if evaluated is not None:
        reader = case.config.eval_input_reader.add()
        reader.CopyFrom(case.config.train_input_reader)
        reader.tf_record_input_reader.input_path[:] = [str(write(case.folder / "eval.record", of(evaluated)))]
    case.write()
    return [finding for finding in case.report().findings if finding.code == f"records/{code}"]


def test_classes_without_a_box_are_named(case: Case):
    (finding,) = found(case, {"dog": 250}, "class-never-seen")
    assert (finding.severity, finding.count) == ("warning", 2)
    assert finding.message == "2 of 3 classes have none of the 250 boxes: cat, cow."


def test_only_the_first_ten_are_named(case: Case):
    case.label_map.write_text("".join(f"item {{ id: {i} name: 'c{i}' }}\n" for i in range(1, 41)))
    case.config.model.ssd.num_classes = 40
    (finding,) = found(case, {"c1": 250}, "class-never-seen")
    assert finding.message.endswith("c10, c11 and 29 more.")


@pytest.mark.parametrize(("boxes", "findings"), [(29, 0), (30, 1)])
def test_with_less_than_ten_boxes_a_class_nothing_is_said(case: Case, boxes: int, findings: int):
    assert len(found(case, {"dog": boxes}, "class-never-seen")) == findings


def test_classes_may_be_given_by_number(case: Case):
    record = features(*[BOX] * 90, image__object__class__text=None, image__object__class__label=[1, 2, 3] * 30)
    write(case.record, [record] * 3)
    case.write()
    assert "records/class-never-seen" not in {finding.code for finding in case.report().findings}


def test_a_class_that_the_model_does_not_have_is_not_missed(case: Case):
    case.config.model.ssd.num_classes = 2
    assert found(case, {"cat": 100, "dog": 100}, "class-never-seen") == []


def test_gaps_between_the_ids_are_no_classes(case: Case):
    case.label_map.write_text("item { id: 1 name: 'cat' }\nitem { id: 3 name: 'dog' }\n")
    assert found(case, {"cat": 100, "dog": 100}, "class-never-seen") == []


def test_labels_that_are_remapped_are_not_judged(case: Case):
    case.config.train_config.data_augmentation_options.add().remap_labels.new_label = 3
    assert found(case, {"cat": 100, "dog": 100}, "class-never-seen") == []


def test_a_hundred_times_fewer_is_named(case: Case):
    (finding,) = found(case, {"cat": 1250, "dog": 12, "cow": 13}, "class-imbalance")
    assert finding.message == "cat has 1,250 boxes; 1 of 3 classes have few: dog (12)."


def test_a_class_of_less_than_ten_boxes_is_named(case: Case):
    (finding,) = found(case, {"cat": 200, "dog": 9, "cow": 10}, "class-imbalance")
    assert (finding.severity, finding.count) == ("warning", 1)
    assert "dog (9)" in finding.message


@pytest.mark.parametrize("counts", [{"cat": 1000, "dog": 10}, {"cat": 190, "dog": 9}, {"cat": 5000}])
def test_what_is_even_enough_or_too_little_to_judge_passes(case: Case, counts: Mapping[str, int]):
    assert found(case, counts, "class-imbalance") == []


def test_a_class_that_is_only_evaluated_is_named_with_its_boxes(case: Case):
    (finding,) = found(case, {"cat": 2}, "eval-class-not-trained", {"cat": 1, "dog": 3})
    assert finding.message == "1 of 2 evaluated classes have no training box: dog (3)."
    assert (finding.severity, finding.where.file) == ("warning", str(case.folder / "eval.record"))


def test_classes_that_are_not_evaluated_are_no_fault(case: Case):
    assert found(case, {"cat": 2, "dog": 1}, "eval-class-not-trained", {"cat": 1}) == []


def test_without_a_label_map_that_can_be_read_no_class_is_judged(case: Case):
    case.config.train_input_reader.label_map_path = "gs://bucket/label_map.pbtxt"
    for code in ("class-never-seen", "class-imbalance", "eval-class-not-trained"):
        assert found(case, {"cat": 300, "dog": 3}, code, {"cow": 1}) == []
        case.config.ClearField("eval_input_reader")


def test_where_some_records_are_in_a_bucket_no_class_is_missed(case: Case):
    case.config.train_input_reader.tf_record_input_reader.input_path.append("gs://bucket/more.record")
    assert found(case, {"dog": 250}, "class-never-seen") == []
