"""What is said of a dataset as a whole: boxes that the resizer leaves nothing of, copies of images."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format

from detector_trainer.contract import Finding
from support.inputs import Case
from support.records import Features, features, image, write

BOX = (0.1, 0.2, 0.5, 0.6)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    case = Case(tmp_path)
    case.config.ClearField("eval_input_reader")
    return case


def found(case: Case, code: str, records: list[Features], *more: list[Features]) -> list[Finding]:
    paths = [write(case.folder / f"{number}.record", part) for number, part in enumerate([records, *more])]
    case.config.train_input_reader.tf_record_input_reader.input_path[:] = [str(path) for path in paths]
    case.write()
    return [finding for finding in case.report().findings if finding.code == code]


TINY = "records/tiny-after-resize"
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
    (finding,) = found(case, TINY, boxes(height, width, 6))
    assert (finding.severity, finding.count, finding.where.record) == ("warning", 6, 1)
    assert "6 of 7 boxes" in finding.message
    assert "1.9" in finding.message or "2 x" in finding.message


@pytest.mark.parametrize(
    ("height", "width", "count"),
    [(0.021, 0.1, 6), (0.1, 0.021, 6), (0.019, 0.1, 4), (0.0, 0.1, 6)],
    ids=["2.1 pixels high", "2.1 pixels wide", "only four", "no area"],
)
def test_boxes_of_two_pixels_or_hardly_any_smaller_ones_pass(case: Case, height: float, width: float, count: int):
    case.config.model.ssd.image_resizer.fixed_shape_resizer.height = 100
    case.config.model.ssd.image_resizer.fixed_shape_resizer.width = 100
    assert found(case, TINY, boxes(height, width, count)) == []


def test_one_tiny_box_in_more_than_a_hundred_passes(case: Case):
    many = [features(*[BOX] * 100, image__encoded=[LARGE])] * 6
    assert found(case, TINY, boxes(0.005, 0.1, 5) + many) == []


def test_an_image_whose_size_is_not_known_has_no_tiny_boxes(case: Case):
    unknown = features(*[(0.1, 0.1, 0.101, 0.2)] * 9, image__encoded=[b"\xff\x0a" + bytes(40)])
    assert found(case, TINY, [features(BOX), unknown]) == []


COPIES = "records/duplicate-images"


def different(count: int) -> list[Features]:
    return [features(BOX, image__encoded=[image("PNG", size=(10 + number, 10))]) for number in range(count)]


def test_copies_of_images_are_counted_over_all_files(case: Case):
    (finding,) = found(case, COPIES, different(20), different(12))
    assert (finding.severity, finding.count) == ("warning", 12)
    assert finding.message == "12 of 32 training images are copies of others; one image occurs 2 times."


def test_a_few_copies_pass(case: Case):
    assert found(case, COPIES, different(20), different(9)) == []


def test_a_scan_that_reads_only_headers_does_not_look_for_copies(case: Case):
    case.options["decode_images"] = False
    assert found(case, COPIES, different(20), different(12)) == []
