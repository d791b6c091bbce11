"""A box whose minimum is above its maximum."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.records.box_min_exceeds_max import RULE
from support.breaking import Record, assert_named
from support.inputs import Case
from support.records import features

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BROKEN = {
    "xmin above xmax": Record(features((0.1, 0.6, 0.5, 0.2)), "image/object/bbox/xmin"),
    "ymin above ymax": Record(features((0.5, 0.2, 0.1, 0.6)), "image/object/bbox/ymin"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_named(case: Case, broken: Record):
    assert_named(case, broken, RULE.code)
