"""TensorFlow's C++ start-up notices (oneDNN, CPU features, CUDA factories) go to stderr at every start; only errors are kept.

TF_CPP_MIN_LOG_LEVEL set by the user wins.
"""

from __future__ import annotations

import os


def install() -> None:
    """Sets the level, unless it is set."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
