"""Images are blurry."""

from __future__ import annotations

import numpy as np
import pytest

from detector_trainer.validation.checks.records.blurry_images import RULE
from support.inputs import Case
from support.pictures import appearance_findings, encoded, waves

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


LIMITS = {
    "slopes": (waves(11), waves(9)),  # 20 of 255
}


@pytest.mark.parametrize(("valid", "broken"), LIMITS.values(), ids=LIMITS)
def test_images_on_either_side_of_the_limit(case: Case, valid: bytes, broken: bytes):
    assert RULE.code not in appearance_findings(case, [valid] * 20)
    findings = appearance_findings(case, [broken] * 20)
    assert [*findings] == [RULE.code]
    assert (findings[RULE.code].severity, findings[RULE.code].count) == ("warning", 20)


def test_drawings_are_not_blurry(case: Case):
    drawing = np.full((60, 60), 100, np.uint8)
    drawing[20:40, 20:40] = 120
    assert appearance_findings(case, [encoded(drawing)] * 20) == {}
