"""A record is not a tf.train.Example."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.not_an_example import RULE
from support.breaking import Record, assert_named
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = ("no proto",)

BROKEN = {
    "not a proto": Record(b"\xff\xff\xff\xffnothing", None),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_named(case: Case, broken: Record):
    assert_named(case, broken, RULE.code)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
