"""Since which generation the spec is as it is. `suspend` does not count: what is resumed is the training that was suspended."""

from __future__ import annotations

import hashlib

from detector_operator.api import DetectorTraining, Spec


def spec_hash(spec: Spec) -> str:
    """Tells specs apart that differ in more than `suspend`. What is left to its default does not count: defaults may be added."""
    text = spec.model_dump_json(by_alias=True, exclude={"suspend"}, exclude_defaults=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def spec_generation(resource: DetectorTraining) -> int:
    """The generation that runs are started for: metadata.generation, or an earlier one if only `suspend` has changed since."""
    status, generation = resource.status, resource.metadata.generation
    if status is None or status.spec_generation is None:
        return generation
    if status.observed_generation == generation or status.spec_hash == spec_hash(resource.spec):
        return status.spec_generation
    return generation
