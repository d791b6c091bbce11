"""A record is not a tf.train.Example."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.records.not_an_example import RULE
from support.breaking import Record, assert_named
from support.inputs import Case

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BROKEN = {
    "not a proto": Record(b"\xff\xff\xff\xffnothing", None),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_named(case: Case, broken: Record):
    assert_named(case, broken, RULE.code)
