"""A resizer that gives images no size, or that the input pipeline does not know, is an error."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format

from detector_trainer.validation.checks.config.invalid_image_resizer import RULE
from support.breaking import Change, assert_only, set_fields
from support.inputs import Case, codes
from support.recorded_cases import assert_recorded

RECORDED = (
    "no resizer",
    "min above max",
    "images of no size: fixed_shape_resizer { height: 0 width: 320 }",
    "images of no size: fixed_shape_resizer { height: -3 width: 320 }",
    "images of no size: keep_aspect_ratio_resizer { min_dimension: 0 max_dimension: 320 }",
    "images of no size: keep_aspect_ratio_resizer { min_dimension: -1 max_dimension: 320 pad_to_max_dimension: true }",
    "images of no size: conditional_shape_resizer { condition: GREATER size_threshold: 0 }",
    "a resizer as conditional_shape_resizer { condition: INVALID }",
    "a resizer as pad_to_multiple_resizer { multiple: 32 }",
)

BROKEN = (
    "fixed_shape_resizer { height: 0 width: 320 }",
    "fixed_shape_resizer { height: 320 width: -1 }",
    "keep_aspect_ratio_resizer { min_dimension: 0 max_dimension: 320 }",
    "keep_aspect_ratio_resizer { min_dimension: 300 max_dimension: 200 }",
    "conditional_shape_resizer { condition: GREATER size_threshold: 0 }",
    "conditional_shape_resizer { condition: INVALID }",
    "pad_to_multiple_resizer { multiple: 32 }",
)
SOUND = (
    "fixed_shape_resizer { height: 320 width: 320 }",
    "keep_aspect_ratio_resizer { min_dimension: 320 max_dimension: 320 pad_to_max_dimension: true }",
    "conditional_shape_resizer { condition: GREATER size_threshold: 320 }",
    "conditional_shape_resizer { condition: SMALLER size_threshold: 0 }",
)


@pytest.mark.parametrize("text", BROKEN)
def test_it_is_named_with_its_field(tmp_path: Path, text: str):
    found = [finding for finding in report_findings(tmp_path, text) if finding.code == "config/invalid-image-resizer"]
    assert [finding.where.field for finding in found] == ["model.ssd.image_resizer"]
    assert "model.ssd.image_resizer" in found[0].message


@pytest.mark.parametrize("text", SOUND)
def test_others_are_not(tmp_path: Path, text: str):
    assert "config/invalid-image-resizer" not in {finding.code for finding in report_findings(tmp_path, text)}


def report_findings(folder: Path, text: str):
    case = Case(folder)
    case.config.model.ssd.ClearField("image_resizer")
    text_format.Merge(text, case.config.model.ssd.image_resizer)
    case.write()
    report = case.report(scan=False)
    assert codes(report).keys() <= {"config/invalid-image-resizer", "config/unsupported-image-size", "config/mixed-image-sizes"}
    return report.findings


BREAKS: dict[str, Change] = {
    "no resizer": set_fields(model__ssd__image_resizer=None),
}


@pytest.mark.parametrize("change", BREAKS.values(), ids=BREAKS)
def test_a_mistake_is_named(case: Case, change: Change):
    assert_only(case, change, RULE.code, "error")


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
