"""The sizes of anchors are those that the trainer's own anchor generators make."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from google.protobuf import text_format

from detector_trainer.pipeline.anchors import anchor_sizes
from detector_trainer.pipeline.load import read_pipeline_config
from detector_trainer.protos import message_class
from support.official_configs import OFFICIAL_CONFIGS

pytestmark = pytest.mark.trainer

IMAGE = (320, 480)
OTHERS = {
    "SSD": "ssd_anchor_generator { num_layers: 6 min_scale: 0.2 max_scale: 0.95 aspect_ratios: [1.0, 2.0, 0.5, 3.0, 0.3333] }",
    "SSD, scales given": "ssd_anchor_generator { num_layers: 3 scales: [0.1, 0.3, 0.7] aspect_ratios: 1.5 base_anchor_height: 0.5 "
    "interpolated_scale_aspect_ratio: 0 reduce_boxes_in_lowest_layer: false }",
    "a grid": "grid_anchor_generator { scales: [0.5, 1] aspect_ratios: [0.5, 2] height: 64 width: 128 }",
    "a flexible grid": "flexible_grid_anchor_generator { anchor_grid { base_sizes: [16, 40] aspect_ratios: [1, 0.25] "
    "height_stride: 16 width_stride: 16 } anchor_grid { base_sizes: 100 aspect_ratios: 2 height_stride: 32 width_stride: 32 } }",
    "levels": "multiscale_anchor_generator { min_level: 2 max_level: 4 anchor_scale: 3 aspect_ratios: [1, 2.5] scales_per_octave: 3 }",
}


def generated(config: Any) -> np.ndarray:
    """Height and width of the anchors of each feature map of 1 x 1, in pixels."""
    from detector_trainer import compat

    compat.install()
    from object_detection.builders import anchor_generator_builder
    from object_detection.protos import anchor_generator_pb2
    from object_detection.utils import config_util  # noqa: F401 - registers the trainer's own protos

    settings = anchor_generator_pb2.AnchorGenerator.FromString(generator_of(config).SerializeToString())
    generator = anchor_generator_builder.build(settings)
    maps = [(1, 1)] * len(generator.num_anchors_per_location())
    whole = generator.name_scope() == "GridAnchorGenerator"
    made = generator.generate(maps) if whole else generator.generate(maps, im_height=IMAGE[0], im_width=IMAGE[1])
    boxes = np.concatenate([grid.get().numpy() for grid in made])
    sizes = boxes[:, 2:] - boxes[:, :2]
    return sizes if boxes.max() > 4 else sizes * IMAGE


def generator_of(config: Any) -> Any:
    model = config.model
    return model.ssd.anchor_generator if model.HasField("ssd") else model.faster_rcnn.first_stage_anchor_generator


def same(config: Any) -> bool:
    ours = anchor_sizes(config, IMAGE)
    theirs = np.unique(generated(config).round(2), axis=0)
    ours = np.unique(ours.round(2), axis=0)
    near = np.isclose(ours[:, None], theirs[None], rtol=1e-3, atol=0.05).all(axis=2)
    return bool(len(ours)) and bool(near.any(axis=0).all() and near.any(axis=1).all())


@pytest.mark.parametrize("official", OFFICIAL_CONFIGS, ids=lambda path: path.stem)
def test_those_of_the_official_configs(official: Path):
    config: Any = read_pipeline_config(str(official)).message
    if config.model.HasField("center_net"):
        assert anchor_sizes(config, IMAGE).shape == (0, 2)
    else:
        assert same(config)


@pytest.mark.parametrize("generator", OTHERS.values(), ids=OTHERS)
def test_those_of_the_other_generators(generator: str):
    config: Any = message_class("object_detection.protos.TrainEvalPipelineConfig")()
    text_format.Merge(generator, config.model.ssd.anchor_generator)
    assert same(config)
