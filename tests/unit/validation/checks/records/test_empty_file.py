"""A record file contains no record."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.empty_file import RULE
from support.breaking import BOX, evaluate, on_disk, the_error
from support.inputs import Case, codes
from support.recorded_cases import assert_recorded
from support.records import example, features, framed, write

RECORDED = (
    "0 bytes",
    "11 bytes",
)


@pytest.mark.parametrize("data", [b"", b"1234"], ids=["0 bytes", "4 bytes"])
def test_a_training_without_a_record_is_an_error(case: Case, data: bytes):
    error = the_error(on_disk(case, data))
    assert (error.code, error.where.record) == (RULE.code, None)


SHARD = framed(example(features(BOX))) * 3


def test_an_empty_file_beside_another_is_a_warning(case: Case):
    empty = case.folder / "empty.record"
    empty.write_bytes(b"")
    case.config.train_input_reader.tf_record_input_reader.input_path.append(str(empty))
    assert codes(on_disk(case, SHARD)) == {RULE.code: "warning"}


def test_an_evaluation_without_a_record_is_a_warning(case: Case):
    write(case.record, [features(BOX)])
    case.config.ClearField("eval_input_reader")
    empty = case.folder / "empty.record"
    empty.write_bytes(b"")
    evaluate(case, empty)
    case.write()
    report = case.report()
    assert report.verdict == "pass"
    assert codes(report)[RULE.code] == "warning"


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
