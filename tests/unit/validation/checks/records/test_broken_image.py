"""An image is truncated or damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.broken_image import RULE
from support.breaking import BOX, Record, assert_named
from support.inputs import Case
from support.recorded_cases import assert_recorded
from support.records import features, image

RECORDED = ("half a JPEG",)

BROKEN = {
    "a JPEG that is cut off": Record(features(BOX, image__encoded=[image(size=(64, 64))[:-20]]), "image/encoded"),
    "a PNG that is cut off": Record(features(BOX, image__encoded=[image("PNG")[:-20]]), "image/encoded"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_named(case: Case, broken: Record):
    assert_named(case, broken, RULE.code)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
