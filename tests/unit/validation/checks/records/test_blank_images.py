"""Images consist of one colour."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.records.blank_images import RULE
from support.inputs import Case
from support.pictures import appearance_findings, two_levels

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


LIMITS = {
    "grey": (two_levels(100, 105, 0.5), two_levels(100, 104, 0.5)),  # 4 of 256 levels
    "black": (two_levels(0, 5, 0.5), two_levels(0, 4, 0.5)),  # and not dark
}


@pytest.mark.parametrize(("valid", "broken"), LIMITS.values(), ids=LIMITS)
def test_images_on_either_side_of_the_limit(case: Case, valid: bytes, broken: bytes):
    assert RULE.code not in appearance_findings(case, [valid] * 20)
    findings = appearance_findings(case, [broken] * 20)
    assert [*findings] == [RULE.code]
    assert (findings[RULE.code].severity, findings[RULE.code].count) == ("warning", 20)
