"""The training reads fewer records than a batch."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.fewer_than_batch import RULE
from support.breaking import BOX, findings_of
from support.inputs import Case
from support.recorded_cases import assert_recorded
from support.records import features, write

RECORDED = ("one epoch of fewer records than a batch",)


def found(case: Case, *, records: int, batch: int, epochs: int = 1, drop: bool = True) -> list[str]:
    case.config.train_input_reader.num_epochs = epochs
    case.config.train_input_reader.drop_remainder = drop
    case.config.train_config.batch_size = batch
    case.config.ClearField("eval_input_reader")
    write(case.record, [features(BOX)] * records)
    case.write()
    return [finding.severity.value for finding in findings_of(case.report(), RULE.code)]


def test_fewer_records_than_a_batch_are_an_error(case: Case):
    assert found(case, records=3, batch=4) == ["error"]


@pytest.mark.parametrize(
    ("records", "batch", "epochs", "drop"),
    [(4, 4, 1, True), (2, 4, 2, True), (3, 4, 0, True), (3, 4, 1, False)],
    ids=["a full batch", "a full batch in two epochs", "repeated", "the remainder is kept"],
)
def test_others_pass(case: Case, records: int, batch: int, epochs: int, drop: bool):
    assert found(case, records=records, batch=batch, epochs=epochs, drop=drop) == []


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
