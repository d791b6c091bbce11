"""Define the manifest type and helpers for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Manifest = dict[str, Any]


def without_empty(fields: Mapping[str, object]) -> Manifest:
    """Return the fields without empty ones. Only at this level: an emptyDir is `{}` and must stay."""
    return {name: value for name, value in fields.items() if value not in (None, [], {})}


def part(manifest: Manifest, name: str) -> Manifest:
    """Return a mapping in a manifest; empty if it is missing or not a mapping."""
    value = manifest.get(name)
    return value if isinstance(value, dict) else {}
