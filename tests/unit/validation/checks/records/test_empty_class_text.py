"""A class/text is empty."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.records.empty_class_text import RULE
from support.breaking import BOX, Record, assert_named
from support.inputs import Case
from support.records import features

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BROKEN = {
    "no class text": Record(features(BOX, text=""), "image/object/class/text"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_named(case: Case, broken: Record):
    assert_named(case, broken, RULE.code)
