"""Augmentations that the trainer takes pass; others are named, each where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format

from support.inputs import Case, codes

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
