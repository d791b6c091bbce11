"""Augmentations that the trainer accepts pass; others are named with their fields."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format

from detector_trainer.validation.checks.config.invalid_augmentation import (
    DEFAULTS,
    FLIPS,
    NUMBERS_OF_NORMALIZE,
    PADS,
    POSITIVE,
    RISING,
    RULE,
)
from support.breaking import metadata_findings
from support.inputs import Case, codes
from support.recorded_cases import assert_recorded

RECORDED = (
    "dense poses, a horizontal flip",
    "augmentation autoaugment_image { } on plain",
    "augmentation normalize_image { } on plain",
    "augmentation subtract_channel_mean { } on plain",
    "augmentation subtract_channel_mean { means: 1 means: 2 means: 3 } on plain",
    "augmentation convert_class_logits_to_softmax { } on plain",
    "augmentation random_pad_image { min_image_height: 50 } on plain",
    "augmentation random_pad_image { pad_color: 1 pad_color: 2 } on plain",
    "augmentation random_crop_pad_image { min_padded_size_ratio: 1 } on plain",
    "augmentation random_crop_image { min_area: 0 } on plain",
    "augmentation random_crop_image { max_area: 2 } on plain",
    "augmentation random_crop_image { min_aspect_ratio: 0 } on plain",
    "augmentation random_crop_image { min_object_covered: -1 } on plain",
    "augmentation rgb_to_gray { } on plain",
    "augmentation scale_boxes_to_pixel_coordinates { } on plain",
    "augmentation remap_labels { original_labels: 1 new_label: 5 } on plain",
    "augmentation  on plain",
    "augmentation ssd_random_crop { operations { } } on plain",
    "augmentation resize_image { new_height: 50 } on plain",
    "augmentation random_resize_method { } on plain",
    "augmentation random_jpeg_quality { min_jpeg_quality: 50 max_jpeg_quality: 20 } on plain",
    "augmentation random_square_crop_by_scale { num_scales: 0 } on plain",
    "augmentation random_scale_crop_and_pad_to_square { output_size: 0 } on plain",
    "augmentation random_patch_gaussian { min_patch_size: 0 } on plain",
    "augmentation random_patch_gaussian { min_patch_size: 300 } on plain",
    "augmentation random_downscale_to_target_pixels { min_target_pixels: 900000 } on plain",
    "augmentation random_crop_to_aspect_ratio { aspect_ratio: 0 } on plain",
    "augmentation random_horizontal_flip { } on keypoints",
    "rgb_to_gray from scratch",
)

CODE = "config/invalid-augmentation"
REFUSED = [
    ("", "selects no augmentation"),
    ("autoaugment_image { }", "does not exist in TF2"),
    ("normalize_image { target_maxval: 1 }", "requires all four of its numbers"),
    ("subtract_channel_mean { means: [1, 2, 3] }", "makes the trainer fail"),
    ("convert_class_logits_to_softmax { }", "requires scores"),
    ("random_pad_image { min_image_height: 50 }", "only one of"),
    ("random_pad_image { pad_color: [1, 2] }", "2 values of pad_color"),
    ("random_crop_pad_image { max_padded_size_ratio: 1 }", "1 values of max_padded_size_ratio"),
    ("random_crop_image { min_area: 0 }", "min_area 0"),
    ("random_crop_image { min_area: nan }", "min_area nan"),
    ("random_crop_image { max_area: 1.5 }", "at most 1"),
    ("random_crop_image { min_aspect_ratio: 0 }", "min_aspect_ratio 0"),
    ("random_crop_image { min_object_covered: -1 }", "below 0"),
    ("ssd_random_crop { operations { min_area: 0.1 max_area: 1 } }", "min_aspect_ratio 0"),
    ("scale_boxes_to_pixel_coordinates { }", "to pixels"),
    ("remap_labels { original_labels: 1 new_label: 38 }", "the model has classes 1 to 37"),
    ("rgb_to_gray { }", "one channel"),
    ("resize_image { new_height: 50 }", "new_width 0"),
    ("random_jpeg_quality { min_jpeg_quality: 100 }", "must be below"),
    ("random_patch_gaussian { min_patch_size: 0 }", "min_patch_size 0"),
]
FINE = [
    "random_horizontal_flip { }",
    "random_crop_image { }",
    "random_crop_image { min_area: 0.5 max_area: 0.2 }",
    "normalize_image { original_minval: 0 original_maxval: 255 target_minval: 0 target_maxval: 1 }",
    "remap_labels { original_labels: 1 new_label: 37 }",
    "remap_labels { }",
    "random_pad_image { pad_color: 0 }",
    "random_jpeg_quality { }",
    "random_downscale_to_target_pixels { min_target_pixels: 600000 }",
]


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def augmented(case: Case, step: str) -> Case:
    text_format.Merge(
        f"data_augmentation_options {{ random_vertical_flip {{ }} }} data_augmentation_options {{ {step} }}",
        case.config.train_config,
    )
    case.write()
    return case


@pytest.mark.parametrize(("step", "words"), REFUSED, ids=[step or "none" for step, _ in REFUSED])
def test_what_the_trainer_refuses_is_an_error(case: Case, step: str, words: str):
    report = augmented(case, step).report(scan=False)
    assert {code for code, severity in codes(report).items() if severity == "error"} == {CODE}
    (finding,) = (finding for finding in report.findings if finding.code == CODE)
    assert words in finding.message
    assert finding.where.field == "train_config.data_augmentation_options[1]"


@pytest.mark.parametrize("step", FINE)
def test_what_the_trainer_takes_passes(case: Case, step: str):
    assert codes(augmented(case, step).report(scan=False)) == {}


def test_a_flip_of_keypoints_needs_their_permutation(case: Case):
    case.config.train_input_reader.num_keypoints = 3
    assert codes(augmented(case, "random_horizontal_flip { keypoint_flip_permutation: [0, 2, 1] }").report(scan=False)) == {
        CODE: "error"
    }
    (option, _) = case.config.train_config.data_augmentation_options
    option.random_vertical_flip.keypoint_flip_permutation[:] = [0, 1, 2]
    case.write()
    assert codes(case.report(scan=False)) == {}


REQUIRED = {
    "resize_image": "new_height: 9 new_width: 9",
    "random_resize_method": "target_height: 9 target_width: 9",
}
"""Fields that a step requires besides the one that a test changes."""
ALL_NORMALIZE = dict.fromkeys(NUMBERS_OF_NORMALIZE, "1")
POSITIVE_FIELDS = [(kind, name) for kind, names in POSITIVE.items() for name in names]


def errors(case: Case, step: str) -> list[str]:
    return [finding.message for finding in augmented(case, step).report(scan=False).findings if finding.code == CODE]


def step_of(kind: str, **fields: object) -> str:
    return f"{kind} {{ {' '.join(f'{name}: {value}' for name, value in fields.items())} }}"


@pytest.mark.parametrize("missing", NUMBERS_OF_NORMALIZE)
def test_normalize_image_requires_each_of_its_numbers(case: Case, missing: str):
    given = {name: value for name, value in ALL_NORMALIZE.items() if name != missing}
    (message,) = errors(case, step_of("normalize_image", **given))
    assert "requires all four of its numbers" in message


@pytest.mark.parametrize(("kind", "name"), POSITIVE_FIELDS)
def test_every_number_that_has_to_be_positive_is_checked(case: Case, kind: str, name: str):
    others = {other: 900 for _, other in POSITIVE_FIELDS if _ == kind and other != name}
    assert [f"{name} 0; it must be above 0" in message for message in errors(case, step_of(kind, **{**others, name: 0}))] == [
        True
    ]


@pytest.mark.parametrize(("kind", "name"), POSITIVE_FIELDS)
def test_the_smallest_positive_number_passes(case: Case, kind: str, name: str):
    others = {other: 900 for _, other in POSITIVE_FIELDS if _ == kind and other != name}
    assert errors(case, step_of(kind, **{**others, name: 0.5 if name == "aspect_ratio" else 1})) == []


@pytest.mark.parametrize("kind", RISING)
def test_every_pair_that_has_to_rise_is_checked_at_equality(case: Case, kind: str):
    low, high = RISING[kind]
    (message,) = errors(case, step_of(kind, **{low: 7, high: 7}))
    assert "the first must be below the second" in message
    case.config.train_config.ClearField("data_augmentation_options")
    assert errors(case, step_of(kind, **{low: 7, high: 8})) == []


@pytest.mark.parametrize("kind", RISING)
def test_the_defaults_of_a_pair_rise(case: Case, kind: str):
    assert errors(case, step_of(kind)) == []
    low, _ = RISING[kind]
    case.config.train_config.ClearField("data_augmentation_options")
    assert len(errors(case, step_of(kind, **{low: DEFAULTS[RISING[kind][1]]}))) == 1


@pytest.mark.parametrize("kind", FLIPS)
def test_every_flip_requires_the_permutation_of_keypoints(case: Case, kind: str):
    case.config.train_input_reader.num_keypoints = 3
    case.config.train_config.data_augmentation_options.add()
    text_format.Merge(f"{kind} {{ }}", case.config.train_config.data_augmentation_options[0])
    messages = [finding.message for finding in metadata_findings(case, CODE)]
    assert [message.startswith(f"{kind} requires keypoint_flip_permutation") for message in messages] == [True]


@pytest.mark.parametrize("kind", PADS)
@pytest.mark.parametrize("bound", ["min_padded_size_ratio", "max_padded_size_ratio"])
def test_every_padding_requires_two_ratios(case: Case, kind: str, bound: str):
    (message,) = errors(case, f"{kind} {{ {bound}: 1 }}")
    assert f"1 values of {bound}" in message
    case.config.train_config.ClearField("data_augmentation_options")
    assert errors(case, f"{kind} {{ {bound}: [1, 1] }}") == []


def test_labels_may_be_mapped_to_the_first_and_to_the_last_class(case: Case):
    assert errors(case, "remap_labels { original_labels: 2 new_label: 1 }") == []
    for label in (0, 38):
        case.config.train_config.ClearField("data_augmentation_options")
        assert len(errors(case, f"remap_labels {{ original_labels: 2 new_label: {label} }}")) == 1


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
