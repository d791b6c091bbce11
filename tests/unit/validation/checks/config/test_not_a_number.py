"""A number in the config that is nan or inf is named with its field."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format

from detector_trainer.validation.checks.config.not_a_number import RULE
from support.inputs import Case
from support.recorded_cases import assert_recorded

RECORDED = (
    "gradient_clipping_by_norm inf",
    "rms_prop_optimizer with decay inf",
    "rms_prop_optimizer with epsilon nan",
    "adam_optimizer with epsilon nan",
    "CenterNet, center_net.object_center_params.classification_loss.penalty_reduced_logistic_focal_loss.alpha nan",
    "CenterNet, center_net.object_center_params.heatmap_bias_init nan",
    "CenterNet, center_net.object_center_params.min_box_overlap_iou nan",
    "from scratch, ssd.loss.classification_loss.weighted_sigmoid_focal.alpha nan",
    "from scratch, ssd.box_predictor.weight_shared_convolutional_box_predictor.class_prediction_bias_init nan",
)

CODE = "config/not-a-number"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("train_config { gradient_clipping_by_norm: nan }", "train_config.gradient_clipping_by_norm"),
        ("model { ssd { loss { classification_weight: 1 } normalize_loss_by_num_matches: true } }", None),
        (
            "train_config { data_augmentation_options { random_adjust_hue { max_delta: -inf } } }",
            "train_config.data_augmentation_options[0].random_adjust_hue.max_delta",
        ),
        (
            "model { ssd { anchor_generator { ssd_anchor_generator { scales: 0.5 scales: inf } } } }",
            "model.ssd.anchor_generator.ssd_anchor_generator.scales[1]",
        ),
    ],
    ids=["of a run", "none", "of an augmentation", "in a list"],
)
def test_it_is_named(tmp_path: Path, text: str, field: str | None):
    case = Case(tmp_path)
    text_format.Merge(text, case.config)
    case.write()
    found = [finding for finding in case.report(scan=False).findings if finding.code == CODE]
    assert [finding.where.field for finding in found] == ([field] if field else [])


def test_the_weight_of_a_loss_is_not_said_twice(tmp_path: Path):
    case = Case(tmp_path)
    case.config.model.ssd.loss.localization_weight = float("nan")
    case.write()
    assert [finding.code for finding in case.report(scan=False).findings] == ["config/invalid-loss-weight"]


@pytest.mark.recorded
@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_case_has_exactly_this_code(name: str, tmp_path: Path):
    assert_recorded(name, RULE.code, tmp_path)
