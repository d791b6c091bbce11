"""The protos are the pinned trainer's, and work without TensorFlow."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from google.protobuf import text_format

from detector_trainer.protos import enum_type, message_class, types
from generators import descriptors, proto_types


@pytest.mark.trainer
def test_the_descriptor_set_is_current():
    assert descriptors.TARGET.read_bytes() == descriptors.generate(), "run `make generate`"


def test_the_types_are_current():
    assert proto_types.written() == proto_types.generate(), "run `make generate`"


def test_every_name_that_has_a_type_exists():
    names = re.findall(r"import \w+ as (\w+)", proto_types.written()["types.pyi"])
    assert "TrainEvalPipelineConfig" in names
    assert "DataType" in names
    assert [getattr(types, name).DESCRIPTOR.name for name in names] == names


def test_a_name_without_a_type_does_not_exist():
    with pytest.raises(AttributeError, match="no attribute 'TrainEvalConfig'"):
        _ = types.TrainEvalConfig


def test_a_pipeline_config_is_parsed():
    config = types.TrainEvalPipelineConfig()
    text_format.Merge("model { ssd { num_classes: 37 } } train_config { batch_size: 8 }", config)
    assert (config.model.ssd.num_classes, config.train_config.batch_size) == (37, 8)


def test_the_classes_are_those_of_the_pool():
    assert message_class("object_detection.protos.TrainEvalPipelineConfig") is types.TrainEvalPipelineConfig


def test_defaults_are_the_trainers():
    reader = types.InputReader()
    assert (reader.max_number_of_boxes, reader.sample_1_of_n_examples) == (100, 1)
    assert types.InputType.TF_EXAMPLE == 1
    assert enum_type("object_detection.protos.InputType").values_by_name["TF_EXAMPLE"].number == 1


def test_no_tensorflow_is_imported():
    code = (
        "import sys, detector_trainer.protos as p; p.message_class('tensorflow.Example'); sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
