"""Boxes that differ from every anchor are a warning."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format

from detector_trainer.contract import Finding
from support.inputs import Case
from support.mutations import picture
from support.records import Features, features, write

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""

CODE = "records/boxes-unlike-anchors"
IMAGE = picture(400, 400)
BOX = (0.1, 0.1, 0.35, 0.35)  # 100 x 100 pixels of 400
FIXED = "fixed_shape_resizer { height: 400 width: 400 }"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """An SSD with the one anchor of 100 x 100 pixels."""
    case = Case(tmp_path)
    case.config.ClearField("eval_input_reader")
    resized(case, FIXED)
    case.config.model.ssd.ClearField("anchor_generator")
    text_format.Merge(
        "multiscale_anchor_generator { min_level: 5 max_level: 5 anchor_scale: 3.125 aspect_ratios: 1 scales_per_octave: 1 }",
        case.config.model.ssd.anchor_generator,
    )
    return case


def resized(case: Case, how: str) -> None:
    case.config.model.ssd.ClearField("image_resizer")
    text_format.Merge(how, case.config.model.ssd.image_resizer)


def of(height: float, width: float) -> tuple[float, float, float, float]:
    return (0.0, 0.0, height / 400, width / 400)


def found(case: Case, *boxes: tuple[float, float, float, float], times: int = 1) -> list[Finding]:
    records: list[Features] = [features(BOX, image__encoded=[IMAGE])] + [features(*boxes, image__encoded=[IMAGE])] * times
    case.config.train_input_reader.tf_record_input_reader.input_path[:] = [str(write(case.folder / "0.record", records))]
    case.write()
    return [finding for finding in case.report().findings if finding.code == CODE]


@pytest.mark.parametrize(
    ("height", "width"),
    [(100, 24.9), (24.9, 100), (24, 24), (399, 24)],
    ids=["narrow", "low", "small", "both"],
)
def test_boxes_four_times_as_far_are_named(case: Case, height: float, width: float):
    (finding,) = found(case, of(height, width), times=10)
    assert (finding.severity, finding.count, finding.where.record) == ("warning", 10, 1)
    assert finding.where.file == str(case.folder / "0.record")
    assert finding.message == (
        "10 of 11 boxes differ from every anchor (1, of 100 x 100 to 100 x 100 pixels); "
        f"the first is {width:.3g} x {height:.3g}, in an image of 400 x 400."
    )


@pytest.mark.parametrize(("height", "width"), [(100, 25.1), (25.1, 100), (399, 399), (399, 26)])
def test_boxes_within_four_times_pass(case: Case, height: float, width: float):
    assert found(case, of(height, width), times=20) == []


@pytest.mark.parametrize(("unlike", "others", "named"), [(9, 0, False), (10, 0, True), (10, 488, True), (10, 489, False)])
def test_it_takes_ten_and_more_than_two_in_a_hundred(case: Case, unlike: int, others: int, named: bool):
    assert bool(found(case, *[of(10, 10)] * unlike, *[BOX] * others)) == named


def test_boxes_are_measured_after_the_resizer(case: Case):
    resized(case, "fixed_shape_resizer { height: 800 width: 800 }")
    assert found(case, of(24, 24), times=20) == []
    resized(case, "keep_aspect_ratio_resizer { min_dimension: 300 max_dimension: 300 pad_to_max_dimension: true }")
    assert len(found(case, of(30, 30), times=20)) == 1


def test_nothing_is_said_where_images_differ_in_size(case: Case):
    resized(case, "keep_aspect_ratio_resizer { min_dimension: 400 max_dimension: 500 }")
    assert found(case, of(10, 10), times=20) == []


def test_nothing_is_said_of_a_model_without_anchors(case: Case):
    case.config.model.ssd.ClearField("anchor_generator")
    assert found(case, of(10, 10), times=20) == []
