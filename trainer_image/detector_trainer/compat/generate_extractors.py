"""Writes validation/feature_extractors.json from the installed trainer.

Run by `make generate`, as `python -m detector_trainer.compat.generate_extractors`.
"""

from __future__ import annotations

import json
from pathlib import Path

from detector_trainer import compat

TARGET = Path(__file__).parents[1] / "validation" / "feature_extractors.json"


def generate() -> str:
    """The feature extractor types of each meta-architecture that TF2's model_builder builds, as JSON."""
    compat.install()
    from object_detection.builders import model_builder

    types = {
        "ssd": sorted(model_builder.SSD_KERAS_FEATURE_EXTRACTOR_CLASS_MAP),
        "faster_rcnn": sorted(model_builder.FASTER_RCNN_KERAS_FEATURE_EXTRACTOR_CLASS_MAP),
        "center_net": sorted(model_builder.CENTER_NET_EXTRACTOR_FUNCTION_MAP),
    }
    return json.dumps(types, indent=2) + "\n"


def main() -> None:
    """Writes the file."""
    TARGET.write_text(generate(), encoding="utf-8")


if __name__ == "__main__":
    main()
