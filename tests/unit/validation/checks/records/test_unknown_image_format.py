"""The trainer does not decode the format of an image."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.records.unknown_image_format import RULE
from support.breaking import BOX, Record, assert_named
from support.inputs import Case
from support.records import example, features, image

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BROKEN = {
    "a TIFF": Record(features(BOX, image__encoded=[image("TIFF")]), "image/encoded"),
    "a second image, short and last": Record(
        example(features(BOX, image__encoded=[image(size=(400, 300))])) + example({"image/encoded": [b"x"]}), "image/encoded"
    ),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_named(case: Case, broken: Record):
    assert_named(case, broken, RULE.code)
