"""class/text and class/label contradict each other."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.records.text_label_conflict import RULE
from support.breaking import BOX, assert_warned
from support.inputs import Case
from support.records import Features, features

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

WORSE = {
    "text against label": features(BOX, image__object__class__label=[2]),
}


@pytest.mark.parametrize("record", WORSE.values(), ids=WORSE)
def test_what_trains_worse_is_a_warning(case: Case, record: Features):
    assert_warned(case, record, RULE.code)
