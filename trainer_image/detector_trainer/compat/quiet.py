"""Suppresses TensorFlow's C++ start-up notices (oneDNN, CPU features, CUDA factories); errors are kept.

TF_CPP_MIN_LOG_LEVEL takes precedence if the user sets it.
"""

from __future__ import annotations

import os


def install() -> None:
    """Set the log level, unless it is set."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
