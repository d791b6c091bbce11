"""The sizes of anchors; that they are the trainer's is held in tests/trainer/test_anchors_agree.py."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from google.protobuf import text_format

from detector_trainer.pipeline.anchors import MOST, anchor_sizes, best_overlaps
from detector_trainer.protos import message_class


def config(text: str) -> Any:
    message = message_class("object_detection.protos.TrainEvalPipelineConfig")()
    return text_format.Merge(text, message)


def test_they_are_in_pixels_smallest_first_and_each_once():
    generator = (
        "multiscale_anchor_generator { min_level: 3 max_level: 4 anchor_scale: 4 aspect_ratios: [1, 1, 4] scales_per_octave: 1 }"
    )
    sizes = anchor_sizes(config(f"model {{ ssd {{ anchor_generator {{ {generator} }} }} }}"), (320, 320))
    assert sizes.tolist() == [[16, 64], [32, 32], [32, 128], [64, 64]]


@pytest.mark.parametrize("model", ["", "center_net { }", "ssd { }", "faster_rcnn { }"])
def test_a_model_without_anchors_has_none(model: str):
    assert anchor_sizes(config(f"model {{ {model} }}"), (320, 320)).shape == (0, 2)


@pytest.mark.parametrize(
    "generator",
    [
        "multiscale_anchor_generator { min_level: -2000000000 max_level: 2000000000 aspect_ratios: 1 scales_per_octave: 2000000000 }",
        "multiscale_anchor_generator { aspect_ratios: [0, -1, nan, inf] scales_per_octave: -3 anchor_scale: inf }",
        "ssd_anchor_generator { num_layers: 2000000000 aspect_ratios: [1, 2] }",
        "ssd_anchor_generator { num_layers: -5 scales: [nan, -1] aspect_ratios: 0 }",
        "grid_anchor_generator { scales: [nan, inf, 0] aspect_ratios: [0, -1] height: -3 }",
        "flexible_grid_anchor_generator { anchor_grid { base_sizes: [1, 2, 3] aspect_ratios: nan } }",
    ],
)
def test_whatever_the_config_says_they_are_few_and_finite(generator: str):
    sizes = anchor_sizes(config(f"model {{ ssd {{ anchor_generator {{ {generator} }} }} }}"), (320, 320))
    assert len(sizes) <= MOST
    assert np.isfinite(sizes).all()
    assert (sizes > 0).all()


def test_the_overlap_is_that_of_the_anchor_that_fits_best():
    anchors = np.array([[10.0, 10.0], [20.0, 40.0]])
    boxes = np.array([[10.0, 10.0], [10.0, 20.0], [20.0, 40.0], [0.0, 5.0]])
    assert best_overlaps(boxes, anchors).tolist() == [1, 0.5, 1, 0]
