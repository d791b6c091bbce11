"""Features of one box have different numbers of values."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.records.unequal_lengths import OPTIONAL, RULE, SILENT
from support.breaking import BOX, Record, assert_named, assert_warned, findings_of, scanned
from support.inputs import Case
from support.recorded_cases import assert_recorded
from support.records import Features, features

RECORDED = (
    "two xmin for one box",
    "one label for two boxes",
    "one is_crowd for two boxes",
    "two texts for one box",
    "a short group_of",
    "a short weight",
    "a short weight under a crop",
    "weights, NaN beyond the last box",
)

BROKEN = {
    "one side short": Record(features(BOX, BOX, image__object__bbox__ymax=[0.5]), "image/object/bbox/xmin"),
    "fewer classes than boxes": Record(features(BOX, BOX, image__object__class__text=[b"Abyssinian"]), "image/object/class/text"),
    "fewer is_crowd than boxes": Record(features(BOX, BOX, image__object__is_crowd=[0]), "image/object/is_crowd"),
}
WORSE = {
    "two of is_crowd for one box": features(BOX, image__object__is_crowd=[0, 0]),
    "more classes than boxes": features(BOX, image__object__class__text=[b"Abyssinian"] * 2),
    "fewer weights than boxes": features(BOX, BOX, image__object__weight=[1.0]),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_record_is_named(case: Case, broken: Record):
    assert_named(case, broken, RULE.code)


@pytest.mark.parametrize("record", WORSE.values(), ids=WORSE)
def test_what_trains_worse_is_a_warning(case: Case, record: Features):
    assert_warned(case, record, RULE.code)


VALUES = {"image/object/area": 1.0, "image/object/weight": 1.0}


@pytest.mark.parametrize("name", [*OPTIONAL, *SILENT])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_every_feature_of_the_boxes_is_counted(case: Case, name: str, count: int):
    """Of two boxes: the right number passes, a multiple trains with wrong values, others fail."""
    record = {**features(BOX, BOX), name: [VALUES.get(name, 0)] * count}
    found = [(finding.severity.value, finding.where.field) for finding in findings_of(scanned(case, record), RULE.code)]
    severity = "warning" if name in SILENT or count == 4 else "error"
    assert found == ([] if count == 2 else [(severity, name)])


def test_the_area_is_one_of_them():
    assert "image/object/area" in OPTIONAL


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
