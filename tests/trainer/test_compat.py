"""Each shim is needed: its test fails as soon as upstream has fixed the break, and then the shim is deleted."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.trainer

STARTS_WITH_KERAS_2 = "import os; os.environ['TF_USE_LEGACY_KERAS'] = '1'; os.environ['TF_CPP_MIN_LOG_LEVEL'] = '2'\n"


def error_of(code: str) -> str:
    """What a fresh Python writes to stderr for some code; empty if it ran."""
    command = [sys.executable, "-c", STARTS_WITH_KERAS_2 + code]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return ended.stderr if ended.returncode else ""


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("from object_detection.protos import pipeline_pb2", "TypeError: Descriptors cannot be created directly"),
        ("import tensorflow_io", "ModuleNotFoundError: No module named 'tensorflow_io'"),
        ("from tensorflow.python.ops import control_flow_ops; control_flow_ops.case", "has no attribute 'case'"),
        ("import tensorflow as tf; tf.estimator", "has no attribute 'estimator'"),
        ("import tensorflow as tf; tf.compat.v1.estimator", "has no attribute 'estimator'"),
        ("from PIL import ImageFont; ImageFont.FreeTypeFont.getsize", "has no attribute 'getsize'"),
        ("import keras", "ModuleNotFoundError: No module named 'keras'"),
    ],
    ids=["protobuf_modules", "tensorflow_io", "control_flow", "estimator", "estimator of v1", "font_getsize", "keras_two"],
)
def test_upstream_is_still_broken(code: str, error: str):
    assert error in error_of(code)


def test_with_the_shims_model_main_tf2_is_imported_with_fast_protobuf():
    code = (
        "from detector_trainer import compat; compat.install(); compat.install()\n"
        "from object_detection import model_main_tf2\n"
        "from object_detection.protos import input_reader_pb2, pipeline_pb2\n"
        "from google.protobuf.internal import api_implementation\n"
        "import tensorflow as tf, tf_keras, keras.applications.resnet, PIL.ImageFont\n"
        "assert api_implementation.Type() == 'upb'\n"
        "assert input_reader_pb2.PNG_MASKS == 2 and pipeline_pb2.TrainEvalPipelineConfig().IsInitialized()\n"
        "assert keras.applications.resnet is tf_keras.applications.resnet\n"
        "assert tf.keras.layers.Dense is tf_keras.layers.Dense\n"
        "assert PIL.ImageFont.load_default(10).getsize('x')[0] > 0\n"
    )
    assert error_of(code) == ""


def test_the_registry_of_feature_extractors_is_current():
    code = "from generators import feature_extractors as g; assert g.TARGET.read_text() == g.generate(), 'run make generate'"
    assert error_of(code) == ""


def test_the_flags_of_model_main_tf2_are_all_known():
    code = (
        "from detector_trainer import compat; compat.install()\n"
        "from object_detection import model_main_tf2\n"
        "from absl import flags\n"
        "from detector_trainer.training.flags import UPSTREAM\n"
        "theirs = {flag.name for flag in flags.FLAGS.get_key_flags_for_module(model_main_tf2)}\n"
        "ours = {flag.name for flag in UPSTREAM}\n"
        "assert theirs == ours, theirs ^ ours\n"
    )
    assert error_of(code) == ""


def test_the_colour_conversion_of_tensorflow_io_is_that_of_cie():
    code = (
        "from detector_trainer import compat; compat.install()\n"
        "import numpy as np, tensorflow_io as tfio\n"
        "colours = np.array([[[1, 1, 1], [0, 0, 0], [1, 0, 0]], [[0, 1, 0], [0, 0, 1], [0.5, 0.5, 0.5]]], np.float32)\n"
        "known = [[[100, 0, 0], [0, 0, 0], [53.24, 80.09, 67.2]], [[87.73, -86.18, 83.18], [32.3, 79.19, -107.86], [53.39, 0, 0]]]\n"
        "import tensorflow as tf\n"
        "lab = tfio.experimental.color.rgb_to_lab(tf.constant(colours)).numpy()\n"
        "assert np.abs(lab - known).max() < 0.1, lab\n"
    )
    assert error_of(code) == ""
