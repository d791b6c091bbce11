"""Images are overexposed."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.records.overexposed_images import RULE
from support.inputs import Case
from support.pictures import appearance_findings, two_levels

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


LIMITS = {
    "the level": (two_levels(242, 250, 0.9), two_levels(243, 250, 0.9)),  # 95 % of 255 is 242.25
    "the share": (two_levels(100, 250, 0.949), two_levels(100, 250, 0.951)),  # 95 % of the pixels
}


@pytest.mark.parametrize(("valid", "broken"), LIMITS.values(), ids=LIMITS)
def test_images_on_either_side_of_the_limit(case: Case, valid: bytes, broken: bytes):
    assert RULE.code not in appearance_findings(case, [valid] * 20)
    findings = appearance_findings(case, [broken] * 20)
    assert [*findings] == [RULE.code]
    assert (findings[RULE.code].severity, findings[RULE.code].count) == ("warning", 20)
