"""A box has a coordinate that is NaN or infinite."""

from __future__ import annotations

import math

import pytest

from detector_trainer.validation.checks.records.box_not_finite import RULE
from support.breaking import Record, assert_named
from support.inputs import Case
from support.records import features

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


NAN, INF = math.nan, math.inf
BROKEN = {
    "NaN": Record(features((0.1, NAN, 0.5, 0.6)), "image/object/bbox/xmin"),
    "infinity": Record(features((0.1, 0.2, 0.5, INF)), "image/object/bbox/xmax"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_named(case: Case, broken: Record):
    assert_named(case, broken, RULE.code)
