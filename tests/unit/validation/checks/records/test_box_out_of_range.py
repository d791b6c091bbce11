"""A box extends slightly beyond the image."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.records.box_out_of_range import RULE
from support.breaking import assert_warned, findings_of, scanned
from support.inputs import Case
from support.records import Features, features

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

WORSE = {
    "a little outside": features((0.1, 0.2, 0.5, 1.05)),
}


@pytest.mark.parametrize("record", WORSE.values(), ids=WORSE)
def test_what_trains_worse_is_a_warning(case: Case, record: Features):
    assert_warned(case, record, RULE.code)


@pytest.mark.parametrize(("value", "named"), [(1.0, False), (1.05, True), (1.0999, True)])
def test_the_bounds(case: Case, value: float, named: bool):
    assert bool(findings_of(scanned(case, features((0.1, 0.2, 0.5, value))), RULE.code)) == named
