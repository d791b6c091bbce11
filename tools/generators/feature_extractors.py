"""Write feature_extractors.json from the installed trainer: `python -m generators.feature_extractors`; needs TensorFlow."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping

from detector_trainer import compat
from detector_trainer.data import FEATURE_EXTRACTORS
from generators import DATA

TARGET = DATA / FEATURE_EXTRACTORS
OPTIONS = {
    "fpn": "fpn_min_level",
    "bifpn": "bifpn_min_level",
    "num_layers": "num_layers",
    "replace_preprocessor_with_placeholder": "replace_preprocessor_with_placeholder",
    "spaghettinet_arch_name": "spaghettinet_arch_name",
    "conv_hyperparams": "conv_hyperparams",
}
"""Fields of a feature_extractor that model_builder passes on only if they are set, and an argument that each becomes."""


def generate() -> str:
    """Return as JSON the feature extractor types that TF2's model_builder builds, by meta-architecture, and their `OPTIONS`."""
    compat.install()
    from object_detection.builders import model_builder

    types = {
        "ssd": _options(model_builder.SSD_KERAS_FEATURE_EXTRACTOR_CLASS_MAP),
        "faster_rcnn": _options(model_builder.FASTER_RCNN_KERAS_FEATURE_EXTRACTOR_CLASS_MAP),
        "center_net": {name: [] for name in sorted(model_builder.CENTER_NET_EXTRACTOR_FUNCTION_MAP)},  # they take anything
    }
    return json.dumps(types, indent=1) + "\n"


def _options(classes: Mapping[str, Callable[..., object]]) -> dict[str, list[str]]:
    taken = {name: inspect.signature(classes[name]).parameters for name in sorted(classes)}
    return {name: [option for option, argument in OPTIONS.items() if argument in taken[name]] for name in taken}


def main() -> None:
    """Write the file."""
    TARGET.write_text(generate(), encoding="utf-8")


if __name__ == "__main__":
    main()
