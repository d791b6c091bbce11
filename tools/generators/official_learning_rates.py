"""Write official_learning_rates.json from tests/data/official_configs: `python -m generators.official_learning_rates`."""

from __future__ import annotations

import json
from typing import Any

from google.protobuf import text_format

from detector_trainer.data import OFFICIAL_LEARNING_RATES
from detector_trainer.protos import message_class
from detector_trainer.validation.checks.config.learning_rate_high import peak_learning_rate
from generators import DATA, OFFICIAL_CONFIGS

TARGET = DATA / OFFICIAL_LEARNING_RATES


def generate() -> str:
    """Return the file: by feature extractor, optimizer and peak rate for each image of a batch."""
    found: dict[str, list[list[Any]]] = {}
    for path in OFFICIAL_CONFIGS:
        config: Any = message_class("object_detection.protos.TrainEvalPipelineConfig")()
        text_format.Merge(path.read_text(), config)
        kind = getattr(config.model, config.model.WhichOneof("model")).feature_extractor.type
        optimizer, peak = peak_learning_rate(config.train_config.optimizer)
        assert peak is not None
        entry = [optimizer, float(f"{peak / config.train_config.batch_size:.3g}")]
        if entry not in found.setdefault(kind, []):
            found[kind].append(entry)
    return json.dumps({kind: sorted(entries) for kind, entries in sorted(found.items())}, indent=1) + "\n"


if __name__ == "__main__":
    TARGET.write_text(generate())
