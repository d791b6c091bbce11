"""The DeepMAC model imports tensorflow_io for one colour conversion; it is not built for TensorFlow 2.21.

The stand-in lets object_detection be imported, and says so when it is really used.
"""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType

NAME = "tensorflow_io"


class _Absent(ModuleType):
    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        raise ImportError(
            f"tensorflow_io.{name} is needed by this model (DeepMAC's colour consistency loss), but is not installed"
        )


def install() -> None:
    """Puts the stand-in in place, unless the real package is there."""
    if NAME not in sys.modules and importlib.util.find_spec(NAME) is None:
        sys.modules[NAME] = _Absent(NAME)
