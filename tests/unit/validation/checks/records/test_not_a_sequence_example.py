"""The reader expects SequenceExamples, but a record is not one; detected while the framing is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.not_a_sequence_example import RULE
from support.recorded_cases import assert_recorded

RECORDED = ("Examples read as SequenceExamples",)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
