"""The class of a box is not a class of the model."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.label_out_of_range import RULE
from support.breaking import BOX, Record, assert_named, findings_of, scanned
from support.inputs import Case
from support.recorded_cases import assert_recorded
from support.records import features

RECORDED = (
    "id 0",
    "no id",
    "two ids in an item",
    "a label above num_classes",
    "label 0",
)
BESIDE = {
    "id 0": ["label-map/reserved-id"],
    "no id": ["label-map/reserved-id"],
}
"""The errors that a case has besides this one."""

BROKEN = {
    "label 0": Record(
        features(BOX, image__object__class__text=None, image__object__class__label=[0]), "image/object/class/label"
    ),
    "label 38 of 37": Record(
        features(BOX, image__object__class__text=None, image__object__class__label=[38]), "image/object/class/label"
    ),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_named(case: Case, broken: Record):
    assert_named(case, broken, RULE.code)


@pytest.mark.parametrize(("label", "named"), [(-1, True), (0, True), (1, False), (37, False), (38, True)])
def test_the_bounds(case: Case, label: int, named: bool):
    record = features(BOX, image__object__class__text=None, image__object__class__label=[label])
    assert bool(findings_of(scanned(case, record), RULE.code)) == named


def test_a_text_whose_id_is_above_num_classes_is_named(case: Case):
    case.config.model.ssd.num_classes = 1
    record = features(BOX, text="american_bulldog")
    (finding,) = findings_of(scanned(case, record), RULE.code)
    assert (finding.where.field, finding.where.record) == ("image/object/class/text", 1)
    assert "'american_bulldog' has id 2, but num_classes is 1" in finding.message


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path, BESIDE.get(name, ()))
