"""A class/text is not in the label map."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.records.class_text_not_in_map import RULE
from support.breaking import BOX, Record, assert_named
from support.inputs import Case
from support.records import features

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BROKEN = {
    "another class": Record(features(BOX, text="Dragon"), "image/object/class/text"),
    "another case": Record(features(BOX, text="abyssinian"), "image/object/class/text"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_named(case: Case, broken: Record):
    assert_named(case, broken, RULE.code)
