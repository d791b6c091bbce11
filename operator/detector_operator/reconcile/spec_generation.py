"""Which generation of the spec runs are started for.

Changes of what is not trained do not count: `suspend`, because what is resumed is the training that was suspended, and limits,
because raising one neither trains nor validates anything else.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from detector_operator.api import DetectorTraining, Spec
from detector_operator.api.inline_text import digest_of

NOT_COUNTED: Final[dict[str, bool | set[str]]] = {
    "suspend": True,
    "retries": True,
    "active_deadline_seconds": True,
    "stall_timeout_seconds": True,
    "ttl_seconds_after_finished": True,
    "trainer": {"start_timeout_seconds"},
    "validation": {"timeout_seconds"},
}


def spec_hash(spec: Spec) -> str:
    """Return a hash of what is trained. What is left to its default does not count: defaults may be added.

    It is the same for a spec whose inline pipeline config was replaced by its digest.
    """
    return _hash(_Same(spec))


@dataclass(frozen=True, eq=False)
class _Same:
    """A spec that is equal only to itself: it cannot be changed, and to compare two takes longer than their hashes."""

    spec: Spec

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.spec is self.spec

    def __hash__(self) -> int:
        return id(self.spec)


@lru_cache(maxsize=64)
def _hash(same: _Same) -> str:
    """Return the hash of a spec. One reconcile needs it several times."""
    spec = same.spec
    fields = spec.model_dump(mode="json", by_alias=True, exclude=NOT_COUNTED, exclude_defaults=True)
    if (text := spec.pipeline_config.inline) is not None:
        fields["pipelineConfig"]["inline"] = digest_of(text)
    counted = {name: value for name, value in fields.items() if value != {}}
    text = json.dumps(counted, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def spec_generation(resource: DetectorTraining) -> int:
    """Return metadata.generation, or an earlier one if nothing that counts has changed since."""
    status, generation = resource.status, resource.metadata.generation
    if status is None or status.spec_generation is None:
        return generation
    if status.observed_generation == generation or status.spec_hash == spec_hash(resource.spec):
        return status.spec_generation
    return generation
