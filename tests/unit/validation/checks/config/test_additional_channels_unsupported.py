"""The images have additional channels, but the feature extractor accepts three."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format

from detector_trainer.contract import Finding
from detector_trainer.validation.checks.config.additional_channels_unsupported import RULE
from support.breaking import metadata_findings
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = (
    "an additional channel for plain",
    "an additional channel for from scratch",
    "an additional channel for Faster R-CNN",
    "an additional channel for EfficientDet",
    "an additional channel for RetinaNet",
    "an additional channel for Mask R-CNN",
    "an additional channel for CenterNet",
    "an additional channel for DeepMAC",
    "an additional channel and gray images",
    "an additional channel for an hourglass, by BGR",
)
BESIDE = {
    "an additional channel for CenterNet": ["config/invalid-extractor-options"],
    "an additional channel for DeepMAC": ["config/invalid-extractor-options"],
}
"""The errors that a case has besides this one."""


def channels(case: Case, extractor: str, number: int, resizer: str = "") -> list[Finding]:
    case.config.train_input_reader.num_additional_channels = number
    case.config.model.ssd.feature_extractor.type = extractor
    text_format.Merge(resizer, case.config.model.ssd)
    return metadata_findings(case, RULE.code)


def test_an_extractor_of_three_channels_is_named(case: Case):
    (finding,) = channels(case, "ssd_mobilenet_v2_keras", 2)
    assert finding.message.endswith("produces images of 5 channels, but ssd_mobilenet_v2_keras accepts three.")


@pytest.mark.parametrize(("extractor", "number"), [("ssd_mobilenet_v2_fpn_keras", 2), ("ssd_mobilenet_v2_keras", 0)])
def test_others_pass(case: Case, extractor: str, number: int):
    assert channels(case, extractor, number) == []


def test_a_resizer_that_converts_to_grayscale_is_named(case: Case):
    gray = "image_resizer { fixed_shape_resizer { height: 320 width: 320 convert_to_grayscale: true } }"
    (finding,) = channels(case, "ssd_mobilenet_v2_fpn_keras", 1, gray)
    assert "convert_to_grayscale accepts three" in finding.message


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path, BESIDE.get(name, ()))
