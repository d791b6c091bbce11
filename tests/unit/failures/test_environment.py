"""Messages of the trainer about packages and GPUs are classified."""

from __future__ import annotations

import pytest

from detector_trainer.failures import environment
from support.classified import Message, assert_classified, unmatched_patterns

MESSAGES = [
    Message("TypeError: Descriptors cannot be created directly.", "environment/protobuf", "The installed protobuf rejects the pb2 modules of object_detection."),
    Message("TypeError: Descriptors cannot not be created directly.", "environment/protobuf", "The installed protobuf rejects the pb2 modules of object_detection."),
    Message("AttributeError: module 'tensorflow.python.ops.control_flow_ops' has no attribute 'case'", "environment/tf-slim", "tf_slim does not run on this TensorFlow: control_flow_ops.case was removed."),
    Message("AttributeError: module 'keras._tf_keras.keras.layers' has no attribute 'experimental'", "environment/keras-3", "object_detection requires Keras 2; this TensorFlow uses Keras 3."),
    Message("AttributeError: module 'tensorflow' has no attribute 'experimental', see keras", "environment/keras-3", "object_detection requires Keras 2; this TensorFlow uses Keras 3."),
    Message("keras/src/engine.py: has no attribute 'experimental'", "environment/keras-3", "object_detection requires Keras 2; this TensorFlow uses Keras 3."),
    Message("ModuleNotFoundError: No module named 'object_detection'", "environment/missing-module", "The package object_detection is not installed."),
    Message("InternalError: CUDA driver version is insufficient for CUDA runtime version", "environment/cuda", "The GPU cannot be used: driver, CUDA and TensorFlow are incompatible."),
    Message("UnimplementedError: DNN library initialization failed. Look at the errors above for more details.", "environment/cuda", "The GPU cannot be used: driver, CUDA and TensorFlow are incompatible."),
    Message("Could not load library libcudnn_cnn_infer.so.8. Error: libcuda.so: cannot open shared object file", "environment/cuda", "The GPU cannot be used: driver, CUDA and TensorFlow are incompatible."),
    Message("failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected", "environment/cuda", "The GPU cannot be used: driver, CUDA and TensorFlow are incompatible."),
    Message("cudaGetDevice() failed. Status: no CUDA-capable device is detected", "environment/cuda", "The GPU cannot be used: driver, CUDA and TensorFlow are incompatible."),
    Message("InternalError: no kernel image is available for execution on the device", "environment/cuda", "The GPU cannot be used: driver, CUDA and TensorFlow are incompatible."),
    Message("CUDA_ERROR_INVALID_PTX: a PTX JIT compilation failed", "environment/cuda", "The GPU cannot be used: driver, CUDA and TensorFlow are incompatible."),
    Message("Could not create cudnn handle: CUDNN_STATUS_NOT_INITIALIZED", "environment/cuda", "The GPU cannot be used: driver, CUDA and TensorFlow are incompatible."),
    Message("CUDNN_STATUS_INTERNAL_ERROR in tensorflow/stream_executor", "environment/cuda", "The GPU cannot be used: driver, CUDA and TensorFlow are incompatible."),
]  # fmt: skip


@pytest.mark.parametrize("message", MESSAGES, ids=str)
def test_a_message_of_the_trainer_is_classified(message: Message):
    assert_classified(message)


def test_each_pattern_has_a_message():
    assert unmatched_patterns(environment.FAILURES, MESSAGES) == []
