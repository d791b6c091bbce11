"""object_detection and model_main_tf2 on today's TensorFlow: one upstream break a file.

`install()` once, before anything imports TensorFlow or object_detection. tests/trainer/test_compat.py has a
test for each shim that fails as soon as
upstream has mended the break itself: then the shim goes.
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
    quiet,  # TensorFlow's start-up notices would bury ours
    keras_two,  # object_detection is written for Keras 2
    protobuf_modules,  # its pb2 modules are of a style that protobuf 4 and later refuse
    tensorflow_io,  # imported for one colour conversion; not built for this TensorFlow
    control_flow,  # tf_slim looks for case, cond and while_loop where they no longer are
    estimator,  # tf.estimator was removed in TensorFlow 2.16
    font_getsize,  # removed in Pillow 10; evaluation draws its pictures with it
)


def install() -> None:
    """Applies every shim; imports TensorFlow. Applying them again changes nothing.

    Raises:
        ImportError: the trainer's packages are not installed.
    """
    for shim in SHIMS:
        shim.install()
