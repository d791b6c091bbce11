"""A record file cannot be read; detected when it is opened."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.unreadable_file import RULE
from support.breaking import the_error
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = ("a folder as input_path",)  # vocabulary: quoted


@pytest.mark.parametrize("kind", ["directory", "fifo"])
def test_a_path_that_is_not_a_file_is_named_and_not_opened(case: Case, kind: str):
    case.record.unlink()
    if kind == "directory":
        case.record.mkdir()
    else:
        os.mkfifo(case.record)
    case.config.ClearField("eval_input_reader")
    case.write()
    assert the_error(case.report()).code == RULE.code


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
