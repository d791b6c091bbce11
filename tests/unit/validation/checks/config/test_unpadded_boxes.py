"""Boxes without padding are an error for a DeepMAC if images have different numbers of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format

from detector_trainer.validation.checks.config.unpadded_boxes import RULE
from support.inputs import Case, codes
from support.recorded_cases import assert_recorded
from support.records import features, write

RECORDED = ("a DeepMAC without padding",)

BOX = (0.1, 0.2, 0.5, 0.6)
DEEPMAC = (
    "center_net { num_classes: 37 image_resizer { fixed_shape_resizer { height: 128 width: 128 } } deepmac_mask_estimation { } }"
)


def found(folder: Path, change: str, *boxes: int) -> str | None:
    """The severity of the finding, for images with these numbers of boxes."""
    case = Case(folder)
    text_format.Merge(f"model {{ {DEEPMAC} }} train_config {{ batch_size: 2 }}", case.config)
    text_format.Merge(change, case.config)
    case.config.ClearField("eval_input_reader")
    write(case.record, [features(*[BOX] * number) for number in boxes])
    case.write()
    return codes(case.report()).get("config/unpadded-boxes")


@pytest.mark.parametrize(
    ("change", "boxes", "severity"),
    [
        ("", (1, 2), "error"),
        ("", (2, 2), None),
        ("", (0, 1), "error"),
        ("train_config { unpad_groundtruth_tensors: false }", (1, 2), None),
        ("train_config { batch_size: 1 }", (1, 2), None),
        ("model { ssd { } }", (1, 2), None),
        ("model { center_net { mask_estimation_task { } } }", (1, 2), "error"),
        ("train_input_reader { shuffle: false }", (1, 2), "warning"),
        ("train_config { data_augmentation_options { random_horizontal_flip { } } }", (1, 2), "error"),
        ("train_config { data_augmentation_options { random_crop_image { } } }", (1, 2), "warning"),
    ],
)
def test_it_is_named_where_it_fails(tmp_path: Path, change: str, boxes: tuple[int, ...], severity: str | None):
    assert found(tmp_path, change, *boxes) == severity


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
