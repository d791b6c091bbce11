"""A box that is thinner than a pixel of its image."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.records.box_tiny import RULE
from support.breaking import assert_warned
from support.inputs import Case
from support.records import Features, features

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

WORSE = {
    "a tenth of a pixel": features((0.1, 0.2, 0.5, 0.203)),
}


@pytest.mark.parametrize("record", WORSE.values(), ids=WORSE)
def test_what_trains_worse_is_a_warning(case: Case, record: Features):
    assert_warned(case, record, RULE.code)
