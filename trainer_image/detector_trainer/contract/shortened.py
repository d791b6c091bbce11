"""Texts that people read have a bound: what they quote may be of any length."""

from __future__ import annotations

from typing import Final

ELLIPSIS: Final = "…"


def shortened(text: str, most: int) -> str:
    """Return a text of at most so many characters; a longer one ends with an ellipsis."""
    return text if len(text) <= most else text[: max(0, most - 1)] + ELLIPSIS
