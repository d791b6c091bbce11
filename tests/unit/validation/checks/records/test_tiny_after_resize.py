"""Boxes are tiny after the image resizer."""

from __future__ import annotations

import pytest
from google.protobuf import text_format

from detector_trainer.validation.checks.records.tiny_after_resize import RULE
from support.breaking import BOX, dataset_findings
from support.inputs import Case
from support.records import Features, features, image

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


LARGE = image(size=(800, 400))
KEEP = "keep_aspect_ratio_resizer { min_dimension: 50 max_dimension: 100 pad_to_max_dimension: true }"


def boxes(height: float, width: float, count: int) -> list[Features]:
    box = (0.1, 0.1, 0.1 + height, 0.1 + width)
    return [features(BOX, image__encoded=[LARGE]), features(*[box] * count, image__encoded=[LARGE])]


@pytest.mark.parametrize(
    ("resizer", "height", "width"),
    [
        ("fixed_shape_resizer { height: 100 width: 50 }", 0.019, 0.1),
        ("fixed_shape_resizer { height: 100 width: 50 }", 0.1, 0.039),
        (KEEP, 0.039, 0.1),  # 50 x 100
        (KEEP, 0.1, 0.019),
    ],
)
def test_boxes_of_less_than_two_pixels_after_the_resizer_are_counted(case: Case, resizer: str, height: float, width: float):
    case.config.model.ssd.ClearField("image_resizer")
    text_format.Merge(resizer, case.config.model.ssd.image_resizer)
    (finding,) = dataset_findings(case, RULE.code, boxes(height, width, 6))
    assert (finding.severity, finding.count, finding.where.record) == ("warning", 6, 1)
    assert "6 of 7 boxes" in finding.message
    assert "1.9" in finding.message or "2 x" in finding.message


@pytest.mark.parametrize(
    ("height", "width", "count"),
    [(0.021, 0.1, 6), (0.1, 0.021, 6), (0.019, 0.1, 4), (0.0, 0.1, 6)],
    ids=["2.1 pixels high", "2.1 pixels wide", "only four", "no area"],
)
def test_boxes_of_two_pixels_or_a_few_smaller_ones_pass(case: Case, height: float, width: float, count: int):
    case.config.model.ssd.image_resizer.fixed_shape_resizer.height = 100
    case.config.model.ssd.image_resizer.fixed_shape_resizer.width = 100
    assert dataset_findings(case, RULE.code, boxes(height, width, count)) == []


def test_one_tiny_box_in_more_than_a_hundred_passes(case: Case):
    many = [features(*[BOX] * 100, image__encoded=[LARGE])] * 6
    assert dataset_findings(case, RULE.code, boxes(0.005, 0.1, 5) + many) == []


def test_an_image_of_unknown_size_has_no_tiny_boxes(case: Case):
    unknown = features(*[(0.1, 0.1, 0.101, 0.2)] * 9, image__encoded=[b"\xff\x0a" + bytes(40)])
    assert dataset_findings(case, RULE.code, [features(BOX), unknown]) == []
