"""Suggest a known name for a misspelt one: a flag, a verb, an override, a code."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def closest(name: str, known: Iterable[str], most: int = 1, cutoff: float = 0.6) -> list[str]:
    """Return the known names that are most similar to a misspelt one, the most similar first.

    Hyphens and underscores are the same here.

    Args:
        name: the misspelt name.
        known: all names that exist.
        most: how many names to return at most.
        cutoff: similarity that a name must have, from 0 to 1, as in `difflib.get_close_matches`.
    """
    by_key = {each.replace("-", "_"): each for each in known}
    return [by_key[key] for key in difflib.get_close_matches(name.replace("-", "_"), by_key, most, cutoff)]
