"""A feature has the wrong type."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.records.wrong_type import RULE
from support.breaking import BOX, Record, assert_named
from support.inputs import Case
from support.records import features

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BROKEN = {
    "boxes as ints": Record(features(BOX, image__object__bbox__xmin=[0]), "image/object/bbox/xmin"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_named(case: Case, broken: Record):
    assert_named(case, broken, RULE.code)
