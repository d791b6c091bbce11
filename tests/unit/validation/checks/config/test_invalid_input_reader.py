"""A size of an input reader is 0, but TensorFlow requires a positive number (builders/dataset_builder.py)."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.config.invalid_input_reader import OF_SHUFFLING, RULE, SIZES
from support.breaking import metadata_findings, set_fields
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


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
    for reader in case.config.eval_input_reader:
        reader.num_readers = 0
    assert {finding.severity.value for finding in metadata_findings(case, RULE.code)} == {"warning"}
