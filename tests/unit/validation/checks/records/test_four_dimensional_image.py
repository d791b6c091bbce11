"""An image is a GIF or a WebP, or its image/format is `raw`."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.four_dimensional_image import RULE
from support.breaking import BOX, Record, assert_named
from support.inputs import Case
from support.recorded_cases import assert_recorded
from support.records import features, image

RECORDED = (
    "a GIF",
    "a WEBP",
    "a WebP under a crop",
    "format raw",
)

BROKEN = {
    "a GIF": Record(features(BOX, image__encoded=[image("GIF")]), "image/encoded"),
    "a WebP": Record(features(BOX, image__encoded=[image("WEBP")]), "image/encoded"),
    "format raw": Record(features(BOX, image__format=[b"raw"]), "image/encoded"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_named(case: Case, broken: Record):
    assert_named(case, broken, RULE.code)


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
