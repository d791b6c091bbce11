"""Provides the one colour conversion that the DeepMAC model imports from tensorflow_io, which is not built for TensorFlow 2.21.

Any other attribute raises ImportError.
"""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tensorflow as tf

NAME = "tensorflow_io"
# IEC 61966-2-1 (sRGB) to CIE XYZ, by rows; white point D65 for the observer of 2 degrees.
TO_XYZ = ((0.412453, 0.357580, 0.180423), (0.212671, 0.715160, 0.072169), (0.019334, 0.119193, 0.950227))
WHITE = (0.95047, 1.0, 1.08883)


class _Absent(ModuleType):
    experimental = SimpleNamespace(color=SimpleNamespace(rgb_to_lab=lambda image: rgb_to_lab(image)))

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        raise ImportError(f"tensorflow_io.{name} is needed, but tensorflow_io is not installed")


def rgb_to_lab(image: tf.Tensor) -> tf.Tensor:
    """Convert an sRGB image, float32[..., 3] in [0, 1] or uint8[..., 3], to CIE L*a*b*, float32[..., 3]."""
    import tensorflow as tf

    rgb = tf.image.convert_image_dtype(image, tf.float32) if image.dtype.is_integer else tf.cast(image, tf.float32)
    linear = tf.where(rgb > 0.04045, tf.pow((tf.maximum(rgb, 0.0) + 0.055) / 1.055, 2.4), rgb / 12.92)
    xyz = tf.tensordot(linear, tf.constant(TO_XYZ), [[-1], [1]]) / tf.constant(WHITE)
    root = tf.where(xyz > 0.008856, tf.pow(tf.maximum(xyz, 1e-6), 1 / 3), xyz * 7.787 + 16 / 116)
    x, y, z = tf.unstack(root, axis=-1)
    return tf.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def install() -> None:
    """Register the replacement, unless the real package is installed."""
    if NAME not in sys.modules and importlib.util.find_spec(NAME) is None:
        sys.modules[NAME] = _Absent(NAME)
