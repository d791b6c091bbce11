"""Determine the generation of the spec that runs are started for.

Changes that do not affect what is trained do not count: `suspend`, because resuming continues the suspended training, and limits,
because raising one changes neither the training nor its inputs.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from detector_operator.api import DetectorTraining, Spec
from detector_operator.api.inline_text import digest_of

NOT_TRAINED: Final[dict[str, bool | set[str]]] = {
    "suspend": True,
    "retries": True,
    "active_deadline_seconds": True,
    "stall_timeout_seconds": True,
    "ttl_seconds_after_finished": True,
    "trainer": {"start_timeout_seconds"},
    "validation": {"timeout_seconds"},
}


def spec_hash(spec: Spec) -> str:
    """Return a hash of the fields that define what is trained. Fields with their default do not count: defaults may be added.

    A spec whose inline pipeline config was replaced by its digest has the same hash.
    """
    return _hash(_Identity(spec))


@dataclass(frozen=True, eq=False)
class _Identity:
    """Wrap a spec so that it is equal only to itself: specs are immutable, and comparing two takes longer than hashing them."""

    spec: Spec

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Identity) and other.spec is self.spec

    def __hash__(self) -> int:
        return id(self.spec)


@lru_cache(maxsize=64)
def _hash(wrapped: _Identity) -> str:
    """Return the hash of a spec. Cached: one reconcile needs it several times."""
    spec = wrapped.spec
    fields = spec.model_dump(mode="json", by_alias=True, exclude=NOT_TRAINED, exclude_defaults=True)
    if (text := spec.pipeline_config.inline) is not None:
        fields["pipelineConfig"]["inline"] = digest_of(text)
    counted = {name: value for name, value in fields.items() if value != {}}
    text = json.dumps(counted, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def spec_generation(resource: DetectorTraining) -> int:
    """Return metadata.generation, or an earlier one if the fields that count have not changed since."""
    status, generation = resource.status, resource.metadata.generation
    if status is None or status.spec_generation is None:
        return generation
    if status.observed_generation == generation or status.spec_hash == spec_hash(resource.spec):
        return status.spec_generation
    return generation
