"""Runs object_detection and model_main_tf2 on today's TensorFlow: one upstream break per file.

Call `install()` once, before anything imports TensorFlow or object_detection. tests/trainer/test_compat.py has a test for each
shim that fails as soon as upstream has fixed the break: then remove the shim.
"""

from __future__ import annotations

from detector_trainer.compat import (
    control_flow,
    estimator,
    font_getsize,
    keras_two,
    protobuf_modules,
    quiet,
    tensorflow_io,
)

__all__ = ["install"]

# In the order they must be applied: the first three before TensorFlow is imported.
SHIMS = (
    quiet,  # TensorFlow's start-up notices would hide ours
    keras_two,  # object_detection is written for Keras 2
    protobuf_modules,  # its pb2 modules are in a format that protobuf 4 and later reject
    tensorflow_io,  # imported for one colour conversion; not built for this TensorFlow
    control_flow,  # tf_slim imports case, cond and while_loop from their former module
    estimator,  # tf.estimator was removed in TensorFlow 2.16
    font_getsize,  # removed in Pillow 10; evaluation draws labels with it
)


def install() -> None:
    """Apply every shim; imports TensorFlow. Idempotent.

    Raises:
        ImportError: the trainer's packages are not installed.
    """
    for shim in SHIMS:
        shim.install()
