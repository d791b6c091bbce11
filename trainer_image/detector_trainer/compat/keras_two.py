"""Selects Keras 2, as tf_keras: TensorFlow 2.16 and later come with Keras 3, on which object_detection does not run.

TF_USE_LEGACY_KERAS makes tf.keras an alias of tf_keras. `keras` itself, which the ResNet feature extractors import, becomes the
same package, so that no model mixes layers of two Keras versions.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import os
import sys
from collections.abc import Sequence
from types import ModuleType


def install() -> None:
    """Set the variable, and let `import keras…` find tf_keras."""
    os.environ["TF_USE_LEGACY_KERAS"] = "1"
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds `keras` and its submodules in tf_keras."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != "keras" and not fullname.startswith("keras."):
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return importlib.import_module(f"tf_{spec.name}")

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: the module was executed under its own name."""
