"""A size of an input reader is 0, but TensorFlow requires a positive number (builders/dataset_builder.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.config.invalid_input_reader import OF_SHUFFLING, RULE, SIZES
from support.breaking import evaluate, metadata_findings, set_fields
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = (
    "num_readers of 0, shuffled",
    "num_readers of 0, in order",
    "read_block_length of 0, shuffled",
    "read_block_length of 0, in order",
    "num_parallel_batches of 0, shuffled",
    "num_parallel_batches of 0, in order",
    "shuffle_buffer_size of 0, shuffled",
    "filenames_shuffle_buffer_size of 0, shuffled",
    "max_number_of_boxes of 0, shuffled",
    "max_number_of_boxes of 0, in order",
    "max_number_of_boxes of -1, shuffled",
    "max_number_of_boxes of -1, in order",
    "max_number_of_boxes of 0, Faster R-CNN",
    "max_number_of_boxes of 0, CenterNet",
    "max_number_of_boxes of 0, RetinaNet",
)


@pytest.mark.parametrize("name", [*SIZES, *OF_SHUFFLING, "max_number_of_boxes"])
@pytest.mark.parametrize(("value", "named"), [(0, True), (1, False)])
def test_every_size_must_be_above_0(case: Case, name: str, value: int, named: bool):
    set_fields(**{f"train_input_reader__{name}": value})(case)
    found = [(finding.severity.value, finding.where.field) for finding in metadata_findings(case, RULE.code)]
    assert found == [("error", f"train_input_reader.{name}")] * named


@pytest.mark.parametrize("name", OF_SHUFFLING)
def test_without_shuffling_its_sizes_are_not_read(case: Case, name: str):
    set_fields(**{f"train_input_reader__{name}": 0, "train_input_reader__shuffle": False})(case)
    assert metadata_findings(case, RULE.code) == []


def test_an_evaluation_reader_is_a_warning(case: Case):
    evaluate(case, case.record)
    case.config.eval_input_reader[0].num_readers = 0
    assert {finding.severity.value for finding in metadata_findings(case, RULE.code)} == {"warning"}


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
