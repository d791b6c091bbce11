"""The checkpoint in model_dir is damaged."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.run.resume_corrupt import RULE
from support.breaking import Change, assert_only, resume
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


def resume_damaged(case: Case) -> None:
    resume(case, steps=100)
    path = case.model_dir / "ckpt-2.data-00000-of-00001"
    path.write_bytes(path.read_bytes()[:-100])


BREAKS: dict[str, Change] = {
    "resume what is damaged": resume_damaged,
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")
