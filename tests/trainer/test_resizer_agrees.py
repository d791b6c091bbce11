"""The predicted size of an image is the one that the trainer gives it, and images of two sizes end its input pipeline."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from google.protobuf import text_format

from detector_trainer.pipeline.resizer import resizer_of
from detector_trainer.protos import message_class
from support.inputs import Case
from support.records import features, image, write

pytestmark = pytest.mark.trainer

RESIZERS = [
    "keep_aspect_ratio_resizer { min_dimension: 60 max_dimension: 102 }",
    "keep_aspect_ratio_resizer { min_dimension: 77 max_dimension: 77 }",
    "conditional_shape_resizer { condition: GREATER size_threshold: 80 }",
    "conditional_shape_resizer { condition: SMALLER size_threshold: 80 }",
    "fixed_shape_resizer { height: 30 width: 40 }",
    "identity_resizer {}",
]


def real_resizer(text: str) -> Callable[[Any], tuple[int, int]]:
    """The trainer's own resizer, in a graph, as in its input pipeline."""
    from detector_trainer import compat

    compat.install()
    import tensorflow as tf
    from object_detection.builders import image_resizer_builder
    from object_detection.protos import image_resizer_pb2

    resize = image_resizer_builder.build(text_format.Parse(text, image_resizer_pb2.ImageResizer()))

    @tf.function(input_signature=[tf.TensorSpec([2], tf.int32)])
    def size_of(size: Any) -> Any:
        return tf.shape(resize(tf.zeros(tf.concat([size, [3]], 0)))[0])[:2]

    return lambda size: tuple(size_of(size).numpy().tolist())


@pytest.mark.parametrize("text", RESIZERS)
def test_every_size_is_the_trainers(text: str):
    config: Any = message_class("object_detection.protos.TrainEvalPipelineConfig")()
    text_format.Merge(text, config.model.ssd.image_resizer)
    resizer = resizer_of(config)
    assert resizer is not None
    random = np.random.default_rng(0)
    sizes = random.integers(8, 400, (400, 2)).astype(np.int32)
    sizes[:100] = random.integers(8, 40, (100, 1)) * random.integers(1, 10, (100, 2))  # of simple ratios: halves to round
    real = real_resizer(text)
    got = [tuple(size) for size in resizer.resized(sizes).tolist()]
    assert got == [real(size) for size in sizes]


KEEP = "keep_aspect_ratio_resizer { min_dimension: 60 max_dimension: 100 }"


@pytest.mark.parametrize(
    ("sizes", "trains"),
    [([(80, 60), (801, 600), (160, 120)], True), ([(80, 60), (81, 60)], False)],
    ids=["the same size after rounding", "a column more"],
)
def test_the_verdict_is_the_input_pipelines(tmp_path: Path, sizes: list[tuple[int, int]], trains: bool):
    case = Case(tmp_path)
    case.config.model.ssd.ClearField("image_resizer")
    text_format.Merge(KEEP, case.config.model.ssd.image_resizer)
    case.config.ClearField("eval_input_reader")
    write(case.record, [features((0.1, 0.2, 0.5, 0.6), image__encoded=[image(size=size)]) for size in sizes])
    case.write()
    assert (case.report().verdict == "pass") == trains
    assert _batches(case) == trains


def _batches(case: Case) -> bool:
    """Whether the real train_input gives ten batches."""
    from detector_trainer import compat

    compat.install()
    import tensorflow as tf
    from object_detection import inputs
    from object_detection.utils import config_util

    configs = config_util.get_configs_from_pipeline_file(str(case.pipeline))
    dataset = inputs.train_input(configs["train_config"], configs["train_input_config"], configs["model"])
    try:
        for _ in dataset.take(10):
            pass
    except tf.errors.InvalidArgumentError as error:
        if "Cannot add tensor to the batch" not in str(error):
            raise
        return False
    return True
