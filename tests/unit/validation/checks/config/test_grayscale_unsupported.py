"""Gray images for a feature extractor of three colours are an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.config.grayscale_unsupported import RULE
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.validate import validate
from support.inputs import codes
from support.official_configs import OFFICIAL_CONFIGS, wire_to_pets
from support.recorded_cases import assert_recorded

RECORDED = (
    "from scratch and gray images",
    "RetinaNet and gray images",
    "EfficientDet and gray images",
    "Faster R-CNN and gray images",
    "Faster R-CNN with an FPN and gray images",
    "DeepMAC and gray images",
    "ssd_mobilenet_v1_keras and gray images",
    "ssd_mobilenet_v2_keras and gray images",
)

GRAY = "image_resizer { fixed_shape_resizer { height: 512 width: 512 convert_to_grayscale: true } }"


@pytest.mark.parametrize(
    ("name", "change", "found"),
    [
        ("ssd_mobilenet_v1_fpn_640x640_coco17_tpu-8", GRAY, "error"),
        ("ssd_mobilenet_v2_320x320_coco17_tpu-8", GRAY, "error"),
        ("ssd_mobilenet_v2_fpnlite_320x320_coco17_tpu-8", GRAY, None),
        ("ssd_resnet50_v1_fpn_640x640_coco17_tpu-8", GRAY, "error"),
        ("ssd_resnet50_v1_fpn_640x640_coco17_tpu-8", "", None),
        ("ssd_efficientdet_d0_512x512_coco17_tpu-8", GRAY, "error"),
        ("faster_rcnn_resnet50_v1_640x640_coco17_tpu-8", GRAY, "error"),
        ("centernet_resnet101_v1_fpn_512x512_coco17_tpu-8", GRAY, None),
        ("centernet_hourglass104_512x512_coco17_tpu-8", GRAY, "error"),
        ("centernet_hourglass104_512x512_coco17_tpu-8", f"{GRAY} feature_extractor {{ bgr_ordering: false }}", None),
    ],
)
def test_it_is_named_where_it_fails(tmp_path: Path, name: str, change: str, found: str | None):
    (official,) = (path for path in OFFICIAL_CONFIGS if path.stem == name)
    config = wire_to_pets(official, tmp_path)
    kind = "center_net" if name.startswith("centernet") else "faster_rcnn" if "rcnn" in name else "ssd"
    config.write_text(f"{config.read_text()}\nmodel {{ {kind} {{ {change} }} }}\n")
    assert codes(validate(Inputs(str(config)), scan=False)).get("config/grayscale-unsupported") == found


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
