"""Context features for a model that does not support them, or options of their attention that no model supports."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.checks.config.invalid_context_features import RULE
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.validate import validate
from support.official_configs import OFFICIAL_CONFIGS, wire_to_pets
from support.recorded_cases import assert_recorded

RECORDED = (
    "context for an SSD",
    "context for a CenterNet",
    "context_config with max_num_context_features -1",
    "context_config with max_num_context_features 0",
    "context_config with context_feature_length -1",
    "context_config with attention_bottleneck_dimension -1",
    "context_config with attention_temperature 0",
    "context_config with attention_temperature nan",
    "context_config with use_self_attention true",
    "context_config with self_attention_in_sequence true",
    "context_config with use_long_term_attention false",
    "context_config with max_num_context_features -1 and one stage",
    "context_config with use_self_attention true and one stage",
)


RCNN = "faster_rcnn_resnet50_v1_640x640_coco17_tpu-8"
LOADED = "train_input_reader { load_context_features: true }"


def fields(folder: Path, name: str, change: str) -> list[str]:
    (official,) = (path for path in OFFICIAL_CONFIGS if path.stem == name)
    config = wire_to_pets(official, folder)
    config.write_text(f"{config.read_text()}\n{change}\n")
    findings = validate(Inputs(str(config)), scan=False).findings
    return [str(finding.where.field).rpartition(".")[2] for finding in findings if finding.code == RULE.code]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ("max_num_context_features: 0", ["max_num_context_features"]),
        ("max_num_context_features: 1", []),
        ("max_num_context_features: 1 context_feature_length: -1", ["context_feature_length"]),
        ("max_num_context_features: 1 context_feature_length: 0", []),
        ("max_num_context_features: 1 attention_bottleneck_dimension: -1", ["attention_bottleneck_dimension"]),
        ("max_num_context_features: 1 attention_bottleneck_dimension: 0", []),
        ("max_num_context_features: 1 use_self_attention: true", ["use_self_attention"]),
        ("max_num_context_features: 1 use_long_term_attention: false", ["use_long_term_attention"]),
        ("max_num_context_features: 1 self_attention_in_sequence: true", ["self_attention_in_sequence"]),
        ("max_num_context_features: 1 attention_temperature: 0", ["attention_temperature"]),
        ("max_num_context_features: 1 attention_temperature: nan", ["attention_temperature"]),
        ("max_num_context_features: 1 attention_temperature: 0.01", []),
    ],
)
def test_each_option_of_the_context_is_checked(tmp_path: Path, options: str, named: list[str]):
    change = f"model {{ faster_rcnn {{ context_config {{ {options} }} }} }} {LOADED}"
    assert fields(tmp_path, RCNN, change) == named


def test_an_ssd_does_not_support_context_features(tmp_path: Path):
    assert fields(tmp_path, "ssd_mobilenet_v2_320x320_coco17_tpu-8", LOADED) == ["load_context_features"]


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
