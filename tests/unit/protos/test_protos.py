"""The protos are the pinned trainer's, and work without TensorFlow."""

from __future__ import annotations

import subprocess
import sys

from google.protobuf import text_format

from detector_trainer.protos import enum_type, generate, message_class


def test_the_descriptor_set_is_current():
    assert generate.TARGET.read_bytes() == generate.generate(), "run `make generate`"


def test_a_pipeline_config_is_parsed():
    config = message_class("object_detection.protos.TrainEvalPipelineConfig")()
    text_format.Merge("model { ssd { num_classes: 37 } } train_config { batch_size: 8 }", config)
    assert (config.model.ssd.num_classes, config.train_config.batch_size) == (37, 8)


def test_defaults_are_the_trainers():
    reader = message_class("object_detection.protos.InputReader")()
    assert (reader.max_number_of_boxes, reader.sample_1_of_n_examples) == (100, 1)
    assert enum_type("object_detection.protos.InputType").values_by_name["TF_EXAMPLE"].number == 1


def test_no_tensorflow_is_imported():
    code = (
        "import sys, detector_trainer.protos as p; p.message_class('tensorflow.Example'); sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
