"""What a manifest is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Manifest = dict[str, Any]


def without_empty(fields: Mapping[str, object]) -> Manifest:
    """Without the fields that say nothing. Only this level: an emptyDir is `{}` and has to stay."""
    return {name: value for name, value in fields.items() if value not in (None, [], {})}


def part(manifest: Manifest, name: str) -> Manifest:
    """A mapping in a manifest; empty if it is not there."""
    value = manifest.get(name)
    return value if isinstance(value, dict) else {}
