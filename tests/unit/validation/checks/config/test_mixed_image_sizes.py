"""Images that do not fit into one batch: an error only where the trainer would certainly fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from google.protobuf import text_format

from detector_trainer.contract import Finding
from detector_trainer.pipeline.resizer import CONDITIONAL, IDENTITY, KEEP_ASPECT, Resizer
from detector_trainer.validation.checks.config.mixed_image_sizes import RULE, SAME_SIZE
from support.inputs import Case
from support.recorded_cases import assert_recorded
from support.records import features, image, write

RECORDED = ("mixed sizes in a batch of 2",)

BOX = (0.1, 0.2, 0.5, 0.6)
CODE = "config/mixed-image-sizes"


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def found(case: Case, resizer: str, *sizes: tuple[int, int]) -> list[Finding]:
    """Return the findings for images of these sizes (width and height)."""
    case.config.model.ssd.ClearField("image_resizer")
    text_format.Merge(resizer, case.config.model.ssd.image_resizer)
    case.config.ClearField("eval_input_reader")
    write(case.record, [features(BOX, image__encoded=[image("PNG", size=size)]) for size in sizes])
    case.write()
    return [finding for finding in case.report().findings if finding.code == CODE]


KEEP = "keep_aspect_ratio_resizer { min_dimension: 60 max_dimension: 100 }"
PADDED = "keep_aspect_ratio_resizer { min_dimension: 60 max_dimension: 100 pad_to_max_dimension: true }"
SMALLER = "conditional_shape_resizer { condition: GREATER size_threshold: 40 }"
LARGER = "conditional_shape_resizer { condition: SMALLER size_threshold: 40 }"


@pytest.mark.parametrize(
    ("resizer", "sizes", "parts"),
    [
        (KEEP, [(80, 60), (60, 80)], ["80 x 60 (", "60 x 80 ("]),
        (KEEP, [(80, 60), (160, 120), (40, 30), (81, 60)], ["record 0: 80 x 60", "81 x 60 (", "record 3: 81 x 60"]),
        ("identity_resizer {}", [(32, 24), (32, 24), (32, 25)], ["32 x 25 (", "record 2"]),
        (SMALLER, [(80, 40), (81, 40)], ["40 x 20 (", "40 x 19 ("]),
        (LARGER, [(80, 40), (80, 41)], ["80 x 40 (", "80 x 41 ("]),
    ],
)
def test_sizes_that_differ_after_the_resizer_are_an_error_with_both_records(
    case: Case, resizer: str, sizes: list[tuple[int, int]], parts: list[str]
):
    (finding,) = found(case, resizer, *sizes)
    assert (finding.severity, finding.where.file, finding.where.field) == (
        "error",
        str(case.pipeline),
        "model.ssd.image_resizer",
    )
    assert finding.where.line
    assert all(words in finding.message for words in parts), finding.message
    assert "a batch of 2" in finding.message


@pytest.mark.parametrize(
    ("resizer", "sizes"),
    [
        (KEEP, [(80, 60), (160, 120), (40, 30), (801, 600)]),  # the last is rounded to the same
        (PADDED, [(80, 60), (60, 80)]),
        ("fixed_shape_resizer { height: 60 width: 60 }", [(80, 60), (60, 80)]),
        ("identity_resizer {}", [(32, 24), (32, 24)]),
        (SMALLER, [(80, 40), (160, 80), (40, 20)]),
        (LARGER, [(80, 40), (20, 10)]),
    ],
)
def test_sizes_that_are_the_same_after_the_resizer_pass(case: Case, resizer: str, sizes: list[tuple[int, int]]):
    assert found(case, resizer, *sizes) == []


def one_image_a_gpu(case: Case) -> None:
    case.options["gpus"] = 2


def crops(case: Case) -> None:
    case.config.train_config.data_augmentation_options.add().random_crop_image.SetInParent()


def gives_one_size(case: Case) -> None:
    case.config.train_config.data_augmentation_options.add().resize_image.new_height = 60


def leaves_a_file_out(case: Case) -> None:
    case.config.train_input_reader.sample_from_datasets_weights[:] = [0.0]


@pytest.mark.parametrize("change", [one_image_a_gpu, crops, gives_one_size, leaves_a_file_out])
def test_nothing_is_said_where_the_trainer_may_train(case: Case, change: Callable[[Case], None]):
    change(case)
    assert found(case, KEEP, (80, 60), (60, 80)) == []


def test_an_augmentation_that_keeps_the_size_changes_nothing(case: Case):
    case.config.train_config.data_augmentation_options.add().random_horizontal_flip.SetInParent()
    assert [finding.severity for finding in found(case, KEEP, (80, 60), (60, 80))] == ["error"]


def test_without_shuffling_it_is_a_warning(case: Case):
    case.config.train_input_reader.shuffle = False
    (finding,) = found(case, KEEP, (80, 60), (60, 80))
    assert finding.severity == "warning"


def test_images_whose_size_is_not_known_are_left_out(case: Case):
    case.config.ClearField("eval_input_reader")
    case.config.model.ssd.image_resizer.identity_resizer.SetInParent()
    write(case.record, [features(BOX), features(BOX, image__encoded=[b"\xff\x0a" + bytes(40)])])
    case.write()
    assert CODE not in {finding.code for finding in case.report().findings}


def test_the_second_size_may_be_in_another_file(case: Case):
    other = write(case.folder / "other.record", [features(BOX, image__encoded=[image(size=(24, 32))])])
    reader = case.config.train_input_reader.tf_record_input_reader
    reader.input_path[:] = [str(case.record), str(other)]
    (finding,) = found(case, "identity_resizer {}", (32, 24))
    assert f"24 x 32 ({other}, record 0" in finding.message


@pytest.mark.parametrize(
    ("resizer", "size", "expected"),
    [
        (Resizer(KEEP_ASPECT, 600, 1024), (375, 500), (600, 800)),
        (Resizer(KEEP_ASPECT, 600, 1024), (300, 900), (341, 1024)),
        (Resizer(KEEP_ASPECT, 600, 1024), (500, 375), (800, 600)),
        (Resizer(IDENTITY), (3, 4), (3, 4)),
        (Resizer(CONDITIONAL, 300, greater=True), (301, 600), (150, 300)),
        (Resizer(CONDITIONAL, 300, greater=False), (150, 301), (300, 602)),
    ],
)
def test_the_size_after_the_resizer(resizer: Resizer, size: tuple[int, int], expected: tuple[int, int]):
    assert resizer.resized(np.array([size], np.int32)).tolist() == [list(expected)]


TEXTS = {"remap_labels": "remap_labels { original_labels: 1 new_label: 2 }"}


@pytest.mark.parametrize("name", sorted(SAME_SIZE))
def test_every_augmentation_that_keeps_the_size_changes_nothing(case: Case, name: str):
    text_format.Merge(f"data_augmentation_options {{ {TEXTS.get(name, f'{name} {{ }}')} }}", case.config.train_config)
    assert [finding.severity for finding in found(case, KEEP, (80, 60), (60, 80))] == ["error"]


@pytest.mark.parametrize("name", ["rgb_to_gray", "random_distort_color"])
def test_colours_do_not_change_the_size(name: str):
    assert name in SAME_SIZE


def test_weights_of_all_inputs_change_nothing(case: Case):
    case.config.train_input_reader.sample_from_datasets_weights[:] = [0.5]
    assert [finding.severity for finding in found(case, KEEP, (80, 60), (60, 80))] == ["error"]


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
