"""A scalar feature has several values, or none."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.records.multi_value_scalar import RULE
from support.breaking import BOX, Record, assert_named
from support.inputs import Case
from support.records import features, image

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BROKEN = {
    "two images": Record(features(BOX, image__encoded=[image(), image()]), "image/encoded"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_named(case: Case, broken: Record):
    assert_named(case, broken, RULE.code)
