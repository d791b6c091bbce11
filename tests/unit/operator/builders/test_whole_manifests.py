"""Everything that is created for a resource, as a whole: tests/data/manifests. What a field means is in the test of its builder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from detector_operator.api import Status, Trainer, Validation, ValidationStatus
from detector_operator.builders import build_config_map, build_training_job, build_validation_job
from support.manifests import SETTINGS, on_cluster
from support.spec_fields import OVERRIDES, TRAINER, VALIDATION

MANIFESTS = Path(__file__).parents[3] / "data" / "manifests"
INLINE = {"inline": "model {}"}
VALIDATED = Status(observed_generation=3, validation=ValidationStatus(inputs_fingerprint="sha256:abc"))

EVERY_FIELD: dict[str, Any] = {
    "pipelineConfig": {"path": "/data/p.config", "overrides": OVERRIDES},
    "modelDir": "/models/$pets",
    "numSteps": 200,
    "checkpointEverySteps": 7,
    "stallTimeoutSeconds": 60,
    "trainer": {Trainer.model_fields[name].alias: value for name, value in TRAINER.items()},
    "validation": {Validation.model_fields[name].alias: value for name, value in VALIDATION.items()},
}


def with_defaults():
    return on_cluster(pipelineConfig=INLINE)


def with_every_field():
    return on_cluster(generation=3, status=VALIDATED, **EVERY_FIELD)


CREATED = {
    "config-map": lambda: build_config_map(with_defaults()),
    "training-job": lambda: build_training_job(with_defaults(), 2, SETTINGS),
    "validation-job": lambda: build_validation_job(with_defaults(), 2, SETTINGS),
    "training-job-with-every-field": lambda: build_training_job(with_every_field(), 2, SETTINGS),
    "validation-job-with-every-field": lambda: build_validation_job(with_every_field(), 2, SETTINGS),
}


@pytest.mark.parametrize("name", CREATED)
def test_what_is_created_is_exactly_this(name: str):
    assert CREATED[name]() == yaml.safe_load((MANIFESTS / f"{name}.yaml").read_text(encoding="utf-8"))
