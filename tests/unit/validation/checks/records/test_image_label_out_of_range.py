"""A label of a whole image is not a class of the model."""

from __future__ import annotations

import pytest

from detector_trainer.validation.checks.records.image_label_out_of_range import NAMES, RULE
from support.breaking import BOX, Record, assert_named, findings_of, scanned
from support.inputs import Case
from support.records import features

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

BROKEN = {
    "an image label of 38": Record(features(BOX, image__class__label=[38]), "image/class/label"),
    "a negative category of 0": Record(features(BOX, image__neg_category_ids=[0]), "image/neg_category_ids"),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_named(case: Case, broken: Record):
    assert_named(case, broken, RULE.code)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("value", "named"), [(0, True), (1, False), (37, False), (38, True), (-1, False)])
def test_every_label_of_an_image_is_checked_at_the_bounds(case: Case, name: str, value: int, named: bool):
    found = findings_of(scanned(case, {**features(BOX), name: [value]}), RULE.code)
    assert [finding.where.field for finding in found] == [name] * named


def test_not_exhaustive_category_ids_are_checked():
    assert "image/not_exhaustive_category_ids" in NAMES
