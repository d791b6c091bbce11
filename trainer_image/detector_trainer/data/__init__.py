"""Reads the generated files of this package. `make generate` and `make signatures` write them; see tools/generators."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

DESCRIPTORS: Final = "descriptors.binpb"
"""A FileDescriptorSet: the protos of object_detection, tf.train.Example and checkpoints."""
FEATURE_EXTRACTORS: Final = "feature_extractors.json"
"""By meta-architecture and feature extractor type, the options that the type accepts."""
OFFICIAL_LEARNING_RATES: Final = "official_learning_rates.json"
"""By feature extractor type, optimizer and peak learning rate per image of a batch in the official configs."""
MODEL_SIGNATURES: Final = "model_signatures.xz"
"""The object graphs of models, as the trainer's builders create them."""


def read_data(name: str) -> bytes:
    """Return the content of a generated file, one of the names above."""
    return files(__name__).joinpath(name).read_bytes()
