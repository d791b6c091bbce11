"""Images of a CenterNet whose sides are not multiples of 32 are an error."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format

from detector_trainer.validation.checks.config.odd_image_size import RULE
from support.inputs import Case
from support.recorded_cases import assert_recorded
from support.records import features, image, write

RECORDED = (
    "CenterNet of images 48 pixels high, as they are",
    "CenterNet of images of many sizes",
)

BOX = (0.1, 0.2, 0.5, 0.6)


def found(folder: Path, settings: str, *sizes: tuple[int, int], change: str = "") -> str:
    """The message, for a resizer and an extractor, and images of these widths and heights; empty if there is none."""
    case = Case(folder)
    text_format.Merge(f"model {{ center_net {{ num_classes: 37 {settings} }} }} train_config {{ batch_size: 1 }}", case.config)
    text_format.Merge(change, case.config)
    case.config.ClearField("eval_input_reader")
    write(case.record, [features(BOX, image__encoded=[image("PNG", size=size)]) for size in sizes])
    case.write()
    return next((finding.message for finding in case.report().findings if finding.code == "config/odd-image-size"), "")


def settings(resizer: str, extractor: str = "resnet_v2_50") -> str:
    return f"feature_extractor {{ type: '{extractor}' }} image_resizer {{ {resizer} }}"


IDENTITY = "identity_resizer { }"
KEEP = "keep_aspect_ratio_resizer { min_dimension: 64 max_dimension: 128 }"
CROP = "train_config { data_augmentation_options { random_crop_image { } } }"


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        (settings(IDENTITY), [(64, 64), (96, 32)]),
        (settings(IDENTITY, "hourglass_104"), [(64, 48)]),
        (settings(KEEP), [(32, 32), (64, 32)]),
        (settings("fixed_shape_resizer { height: 64 width: 64 }"), [(50, 50)]),
    ],
)
def test_multiples_of_32_pass(tmp_path: Path, text: str, sizes: list[tuple[int, int]]):
    assert found(tmp_path, text, *sizes) == ""


@pytest.mark.parametrize(
    ("text", "sizes", "words"),
    [
        (settings(IDENTITY), [(64, 48)], "resizes an image to 64 x 48"),
        (settings(IDENTITY), [(64, 64), (65, 64)], "record 1: 65 x 64"),
        (settings(KEEP), [(64, 48)], "resizes an image to 85 x 64"),
        (settings(IDENTITY, "mobilenet_v2"), [(100, 100)], "mobilenet_v2 requires multiples of 32"),
    ],
)
def test_others_are_named(tmp_path: Path, text: str, sizes: list[tuple[int, int]], words: str):
    assert words in found(tmp_path, text, *sizes)


def test_after_a_crop_nobody_knows(tmp_path: Path):
    assert found(tmp_path, settings(IDENTITY), (64, 48), change=CROP) == ""


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
