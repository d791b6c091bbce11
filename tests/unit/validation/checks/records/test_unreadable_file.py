"""A record file cannot be read; detected when it is opened."""

from __future__ import annotations

import os

import pytest

from detector_trainer.validation.checks.records.unreadable_file import RULE
from support.breaking import the_error
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


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
